import { afterAll, afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { makePerformer } from '../../testing.ts';
import { follow, type KafkaStack, startKafkaStack } from './stack.harness.ts';

setDefaultTimeout(90_000);

let stack: KafkaStack;
let stops: (() => Promise<void>)[] = [];
beforeAll(async () => {
  stack = await startKafkaStack();
  await stack.connector('apply');
  await makePerformer(stack.database.sql, 'first');
});
beforeEach(async () => {
  // Each test begins with a group that has handled all there is.
  const { source, gaps, handled, stop } = start();
  await eventually(() => source.state() === 'following', 30_000);
  await makePerformer(stack.database.sql, 'begin');
  await eventually(() => handled.some((change) => change.row.name === 'begin'), 30_000);
  await eventually(async () => (await source.lag()).changes === 0);
  await stop();
  gaps.length = 0;
});
afterEach(async () => {
  for (const stop of stops) await stop();
  stops = [];
});
afterAll(() => stack.drop());

function start(onConnect?: (connection: { gap: boolean }) => Promise<void>) {
  const follower = follow(stack.open(), undefined, onConnect);
  stops.push(follower.stop);
  return follower;
}

const performers = () => `${stack.config.topicPrefix}.public.performers`;

/** Deletes all messages of the topic, as retention does, whether they were read or not. */
async function forget(topic: string): Promise<void> {
  const partitions = (await stack.admin.fetchTopicOffsets(topic)).map(({ partition, high }) => ({
    partition,
    offset: high,
  }));
  await stack.admin.deleteTopicRecords({ topic, partitions });
}

async function dropSlot(): Promise<void> {
  const { sql } = stack.database;
  await eventually(async () => {
    await sql`select pg_terminate_backend(active_pid, 1000) from pg_replication_slots where slot_name = ${stack.config.slot}`;
    await sql`select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = ${stack.config.slot}`;
  });
}

test('messages that went before they were read are a gap, until it was filled', async () => {
  await makePerformer(stack.database.sql, 'never read');
  await eventually(async () => (await stack.open().lag()).changes === 1);
  await forget(performers());
  let fails = 2;
  const { source, gaps, handled } = start(async () => {
    if (fails-- > 0) throw new Error('the database went away');
  });
  await eventually(() => source.state() === 'following', 30_000);
  expect(gaps).toEqual([true, true, true]);
  await makePerformer(stack.database.sql, 'read');
  await eventually(() => handled.some((change) => change.row.name === 'read'));
  expect(handled.some((change) => change.row.name === 'never read')).toBe(false);
});

test('a gap that was not filled before a restart is one after it', async () => {
  await makePerformer(stack.database.sql, 'never read');
  await eventually(async () => (await stack.open().lag()).changes === 1);
  await forget(performers());
  const first = start(async () => {
    throw new Error('the database went away');
  });
  await eventually(() => first.gaps.length >= 2, 30_000);
  await first.stop();
  const second = start();
  await eventually(() => second.source.state() === 'following', 30_000);
  expect(second.gaps).toEqual([true]);
});

test('messages that go while the reader is behind are a gap', async () => {
  const gate = Promise.withResolvers<void>();
  const follower = follow(stack.open(), () => gate.promise);
  stops.push(follower.stop);
  await eventually(() => follower.source.state() === 'following', 30_000);
  await makePerformer(stack.database.sql, 'held');
  await eventually(async () => (await follower.source.lag()).changes === 1);
  const { sql } = stack.database;
  await sql`insert into performers (name, age) select 'gone ' || n, 1 from generate_series(1, 500) n`;
  await eventually(async () => (await follower.source.lag()).changes === 501);
  await forget(performers());
  gate.resolve();
  await eventually(() => follower.gaps.includes(true), 30_000);
  await eventually(() => follower.source.state() === 'following', 30_000);
  await makePerformer(sql, 'after the gap');
  await eventually(() => follower.handled.some((change) => change.row.name === 'after the gap'));
});

test('topics made anew while the reader follows are a gap', async () => {
  const { source, gaps, handled } = start();
  await eventually(() => source.state() === 'following', 30_000);
  await stack.admin.deleteTopics({ topics: [performers()] });
  await eventually(() => gaps.includes(true), 45_000);
  await eventually(() => source.state() === 'following', 30_000);
  await makePerformer(stack.database.sql, 'in the new topic');
  await eventually(() => handled.some((change) => change.row.name === 'in the new topic'), 30_000);
});

test('a slot that was dropped under the connector is made anew, and its snapshot is a gap', async () => {
  const { gaps, handled } = start();
  await eventually(() => gaps.length === 1, 30_000);
  await dropSlot();
  await makePerformer(stack.database.sql, 'missed');
  await eventually(() => gaps.includes(true), 45_000);
  await makePerformer(stack.database.sql, 'followed');
  await eventually(() => handled.some((change) => change.row.name === 'followed'), 30_000);
});

test('a slot that was dropped while every row was deleted is a gap too', async () => {
  await stack.database.sql`truncate venues, performers cascade`;
  const before = start();
  await eventually(() => before.handled.some((change) => change.op === 't'), 30_000);
  await makePerformer(stack.database.sql, 'to be deleted unseen');
  await eventually(() => before.handled.some((change) => change.row.name === 'to be deleted unseen'), 30_000);
  await dropSlot();
  await stack.database.sql`delete from performers`;
  await eventually(() => before.gaps.includes(true), 45_000);
  await makePerformer(stack.database.sql, 'followed again');
  await eventually(() => before.handled.some((change) => change.row.name === 'followed again'), 30_000);
});

test('the connector confirms the log while only other tables are written', async () => {
  const { sql } = stack.database;
  await sql`insert into app_state (key, value) select 'k' || n, repeat('x', 1000) from generate_series(1, 2000) n`;
  const [written] = await sql`select pg_current_wal_lsn()::text as lsn`;
  await eventually(async () => {
    const [row] = await sql`
      select confirmed_flush_lsn >= ${written?.lsn}::pg_lsn as ok
      from pg_replication_slots where slot_name = ${stack.config.slot}`;
    return row?.ok;
  }, 60_000);
});

test('the connector is applied again without harm, and tells how it is', async () => {
  expect(await stack.connector('apply')).toContain('running');
  expect(await stack.connector('status')).toContain('task 0: running');
  const { gaps, source } = start();
  await eventually(() => source.state() === 'following', 30_000);
  expect(gaps).toEqual([false]);
});

test('deleted and applied again, the connector begins with a snapshot', async () => {
  const { gaps, handled, source } = start();
  await eventually(() => source.state() === 'following', 30_000);
  expect(await stack.connector('delete')).toContain(`slot ${stack.config.slot}: dropped`);
  await makePerformer(stack.database.sql, 'made meanwhile');
  await stack.connector('apply');
  await eventually(() => gaps.includes(true), 30_000);
  await eventually(() => handled.some(({ op, row }) => op === 'r' && row.name === 'made meanwhile'), 30_000);
});
