import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { sleep } from '../../../../shared/async/clock.ts';
import { seesAll } from '../../../../shared/db/visibility.ts';
import { silentLog } from '../../../../shared/process/log.ts';
import { testClock } from '../../../../shared/testing/clock.ts';
import { type TestDatabase, testDatabase } from '../../../../shared/testing/database.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import type { Change, ChangeSource } from '../../domain/changes/change-source.ts';
import { makePerformer } from '../../testing.ts';
import { changeSourceConformance } from '../change-source.conformance.ts';
import { createQueue } from './queue.ts';
import { walChangeSource } from './wal-change-source.ts';

const soon = (ms: number, signal?: AbortSignal) => sleep(Math.min(ms, 5), signal);

const sourceOf = ({ db, config }: TestDatabase, slot = `slot_${config.database}`): ChangeSource =>
  // Small ones, so that a test needs little to fill the queue.
  walChangeSource({ db, config, slot, log: silentLog, maxBatch: 1000, sleep: soon });

setDefaultTimeout(60_000);

changeSourceConformance('write-ahead log', async () => {
  const database = await testDatabase();
  return {
    sql: database.sql,
    open: () => sourceOf(database),
    breakConnection: () => breakConnection(database),
    close: () => database.drop(),
  };
});

async function breakConnection({ sql, config }: TestDatabase): Promise<void> {
  await sql`select pg_terminate_backend(active_pid, 5000) from pg_replication_slots where database = ${config.database}`;
}

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

function follow(
  slot: string,
  onBatch: (changes: Change[]) => Promise<void> = async () => {},
  onConnect: () => Promise<void> = async () => {},
) {
  const source = sourceOf(database, slot);
  const ending = new AbortController();
  const gaps: boolean[] = [];
  const names: unknown[] = [];
  const ended = source.run({
    onConnect: async ({ gap }) => {
      gaps.push(gap);
      await onConnect();
    },
    onBatch: async (changes) => {
      await onBatch(changes);
      names.push(...changes.map((change) => change.row.name));
    },
    signal: ending.signal,
  });
  const stop = async () => {
    ending.abort();
    await ended;
  };
  return { source, gaps, names, stop };
}

test('a slot that has gone is made anew, and the gap is told', async () => {
  const slot = `gone_${database.config.database}`;
  const first = follow(slot);
  await eventually(() => first.source.state() === 'following');
  await first.stop();
  await eventually(() => database.sql`select pg_drop_replication_slot(${slot})`);
  await makePerformer(database.sql, 'missed');
  const second = follow(slot);
  await eventually(() => second.source.state() === 'following');
  await makePerformer(database.sql, 'seen');
  await eventually(() => second.names.includes('seen'));
  expect([first.gaps, second.gaps, second.names]).toEqual([[true], [true], ['seen']]);
  await second.stop();
});

test('a slot that the server has invalidated, for it held too much, is made anew, and the gap is told until it is filled', async () => {
  const slot = `lost_${database.config.database}`;
  const first = follow(slot);
  await eventually(() => first.source.state() === 'following');
  await first.stop();
  await asOperator(`alter system set max_slot_wal_keep_size = '1MB'`);
  try {
    await eventually(async () => {
      await makePerformer(database.sql, 'missed');
      await database.sql`select pg_switch_wal()`;
      await database.sql`checkpoint`;
      const [row] = await database.sql`
        select invalidation_reason is not null as lost from pg_replication_slots where slot_name = ${slot}`;
      return row?.lost;
    });
  } finally {
    await asOperator('alter system reset max_slot_wal_keep_size');
  }
  let failures = 1;
  const second = follow(slot, undefined, async () => {
    if (failures-- > 0) throw new Error('all can’t be read anew now');
  });
  await eventually(() => second.source.state() === 'following');
  await makePerformer(database.sql, 'seen');
  await eventually(() => second.names.includes('seen'));
  expect([second.gaps, second.names]).toEqual([[true, true], ['seen']]);
  await second.stop();
});

test('a slot that another process still holds is waited for', async () => {
  const slot = `held_${database.config.database}`;
  const first = follow(slot);
  await eventually(() => first.source.state() === 'following');
  const second = follow(slot);
  await eventually(() => second.gaps.length >= 3);
  await makePerformer(database.sql, 'one');
  await eventually(() => first.names.includes('one'));
  await first.stop();
  await makePerformer(database.sql, 'two');
  await eventually(() => second.names.includes('two'));
  expect(second.names).toEqual(['two']);
  await second.stop();
});

test('an idle slot does not hold the WAL of other tables', async () => {
  const slot = `idle_${database.config.database}`;
  const { source, stop } = follow(slot);
  await eventually(() => source.state() === 'following');
  await database.sql`insert into app_state (key, value) select 'k' || n, repeat('x', 1000) from generate_series(1, 2000) n`;
  const [written] = await database.sql`select pg_current_wal_lsn()::text as lsn`;
  await eventually(async () => {
    const [row] = await database.sql`
      select confirmed_flush_lsn >= ${written?.lsn}::pg_lsn as ok from pg_replication_slots where slot_name = ${slot}`;
    return row?.ok;
  });
  await stop();
});

test('the lag in seconds counts from the first look that saw a change which is not handled', async () => {
  const clock = testClock();
  const { db, config } = database;
  const source = walChangeSource({ db, config, slot: `lag_${config.database}`, log: silentLog, clock, sleep: soon });
  expect(await source.lag()).toEqual({ bytes: 0, seconds: 0 });
  const [gate, delivered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const onBatch = () => {
    delivered.resolve();
    return gate.promise;
  };
  const ending = new AbortController();
  const ended = source.run({ onConnect: async () => {}, onBatch, signal: ending.signal });
  await eventually(() => source.state() === 'following');
  await makePerformer(database.sql, 'waiting');
  await delivered.promise;
  await source.lag();
  const seconds: number[] = [];
  for (const ms of [3000, 4000]) {
    clock.advance(ms);
    seconds.push((await source.lag()).seconds);
  }
  expect(seconds).toEqual([3, 7]);
  gate.resolve();
  await eventually(async () => (await source.lag()).seconds === 0);
  ending.abort();
  await ended;
});

test('while a batch is at work the server is made to wait', async () => {
  const slot = `full_${database.config.database}`;
  const gate = Promise.withResolvers<void>();
  const { source, names, stop } = follow(slot, () => gate.promise);
  await eventually(() => source.state() === 'following');
  await database.sql`
    insert into performers (name, age, description)
    select 'p' || n, 1, repeat(md5(n::text), 100) from generate_series(1, 20000) n`;
  let blocked = 0;
  await eventually(async () => {
    const [sender] = await database.sql`
      select wait_event from pg_stat_activity join pg_replication_slots on pid = active_pid where slot_name = ${slot}`;
    blocked = sender?.wait_event === 'WalSenderWriteData' ? blocked + 1 : 0;
    return blocked >= 50;
  });
  gate.resolve();
  await eventually(() => names.length >= 20_000);
  expect(names).toHaveLength(20_000);
  await stop();
});

test('a commit that is in the WAL and not visible yet is held back', async () => {
  const slot = `sync_${database.config.database}`;
  const { source, names, stop } = follow(slot);
  await eventually(() => source.state() === 'following');
  const writer = await database.sql.reserve();
  let written = 0;
  let inserting = false;
  const insert = () => {
    inserting = true;
    makePerformer(writer, `held ${++written}`).finally(() => {
      inserting = false;
    });
  };
  await asOperator(`alter system set synchronous_standby_names = 'nobody'`);
  try {
    await writer`set synchronous_commit = on`;
    // The server takes the setting a moment later: until a commit waits, try another.
    await eventually(async () => {
      if (!inserting) insert();
      const rows = await database.sql`
        select 1 from pg_stat_activity where wait_event = 'SyncRep' and datname = current_database()`;
      return rows.length > 0;
    });
    await eventually(async () => {
      const [sender] = await database.sql`
        select sent_lsn = pg_current_wal_lsn() as sent from pg_stat_replication
        join pg_replication_slots on pid = active_pid where slot_name = ${slot}`;
      return sender?.sent;
    });
    expect(names).not.toContain(`held ${written}`);
    await asOperator('alter system reset synchronous_standby_names');
    await eventually(() => names.includes(`held ${written}`));
  } finally {
    await asOperator('alter system reset synchronous_standby_names');
    await eventually(() => !inserting);
    writer.release();
    await stop();
  }
});

async function asOperator(statement: string): Promise<void> {
  await database.sql.unsafe(statement);
  await database.sql`select pg_reload_conf()`;
}

test('a full queue makes putters wait until a batch is taken', async () => {
  const queue = createQueue(2);
  const put = () =>
    queue.put({ kind: 'change', change: { table: 'events', op: 'c', row: {}, position: '' }, transaction: 1 });
  expect([put(), put(), put()]).toEqual([undefined, undefined, undefined]);
  let hasRoom = false;
  const waiting = put()!.then(() => {
    hasRoom = true;
  });
  await Promise.resolve();
  expect(hasRoom).toBe(false);
  expect((await queue.take())?.changes).toHaveLength(2);
  await waiting;
  const stuck = [put(), put()];
  queue.close();
  await Promise.all(stuck);
});

test('visibility is judged by 64-bit ids, though the WAL has 32 bits of them', () => {
  const epoch = 3n << 32n;
  const snapshot = `${epoch + 90n}:${epoch + 100n}:${epoch + 90n},${epoch + 95n}`;
  expect(seesAll(snapshot, new Set([89, 91, 99]))).toBe(true);
  for (const id of [90, 95, 100, 101, 5000]) expect(seesAll(snapshot, new Set([91, id]))).toBe(false);
  // A transaction from before the 32 bits began anew.
  expect(seesAll(snapshot, new Set([0xffff_fff0]))).toBe(true);
  expect(seesAll(`${epoch - 1n}:${epoch - 1n}:`, new Set([2]))).toBe(false);
});

test('batches are whole transactions while they fit, and confirm whole transactions alone', async () => {
  const queue = createQueue(3);
  const change = (transaction: number) => {
    queue.put({ kind: 'change', change: { table: 'events', op: 'c', row: {}, position: '' }, transaction });
  };
  const commit = (end: bigint) => queue.put({ kind: 'commit', end });
  for (const [transaction, size] of [
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 7],
  ] as const) {
    for (let i = 0; i < size; i++) change(transaction);
    commit(BigInt(transaction));
  }
  const batches = [];
  for (let i = 0; i < 5; i++) {
    const { changes, confirmed, transactions } = (await queue.take())!;
    batches.push([changes.length, confirmed, [...transactions]]);
  }
  expect(batches).toEqual([
    [2, 2n, [1, 2]],
    [2, 3n, [3]],
    [3, undefined, [4]],
    [3, undefined, [4]],
    [1, 4n, [4]],
  ]);
  expect(queue.isIdle()).toBe(false);
  const next = queue.take();
  expect(queue.isIdle()).toBe(true);
  queue.close();
  expect(await next).toBeUndefined();
});
