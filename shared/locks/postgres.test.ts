import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { type Db, openDb } from '../db/client.ts';
import { testDatabase } from '../testing/database.ts';
import { eventually } from '../testing/eventually.ts';
import { postgresLocksHarness } from './postgres.harness.ts';
import { postgresTicketLocks } from './postgres.ts';
import { ticketLocksConformance } from './ticket-locks.conformance.ts';

ticketLocksConformance('PostgreSQL', () => postgresLocksHarness());

test('tickets cost one call, however many callers take some at a time', async () => {
  const { locks, calls, close } = await postgresLocksHarness();
  const [eventUuid, ticketUuids] = [randomUUID(), [randomUUID()]];
  const cost = async (work: () => Promise<unknown>) => {
    const before = calls();
    await work();
    return calls() - before;
  };
  const take = (owner: string) => locks.acquire({ eventUuid, ticketUuids, owner, ttlMs: 60_000 });
  await take('nobody, for the connection to be made');
  const [lock] = await locks.held({ eventUuid, ticketUuids, owner: 'nobody, for the connection to be made' });
  await locks.release({ eventUuid, locks: [lock!] });
  expect([await cost(() => take('ann')), await cost(() => take('bob'))]).toEqual([1, 1]);
  const held = await locks.held({ eventUuid, ticketUuids, owner: 'ann' });
  expect(await cost(() => locks.cover({ eventUuid, locks: held, windowMs: 60_000 }))).toBe(1);
  const many = Array.from({ length: 50 }, () => randomUUID());
  const all = () =>
    Promise.all(
      many.map((ticket) => locks.acquire({ eventUuid, ticketUuids: [ticket], owner: ticket, ttlMs: 60_000 })),
    );
  expect(await cost(all)).toBe(1);
  await close();
});

test('a rush for one ticket is a few calls: one gets it, and all others are refused', async () => {
  const { locks, calls, close } = await postgresLocksHarness();
  const [eventUuid, ticket] = [randomUUID(), randomUUID()];
  const before = calls();
  const outcomes = await Promise.all(
    Array.from({ length: 3000 }, (_, n) =>
      locks.acquire({ eventUuid, ticketUuids: [ticket], owner: `user ${n}`, ttlMs: 60_000 }),
    ),
  );
  expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
  expect(outcomes.filter(({ ok }) => !ok)).toEqual(Array(2999).fill({ ok: false, conflicts: [ticket] }));
  expect(calls() - before).toBeLessThanOrEqual(40);
  await close();
});

test('a ticket that one call takes in vain goes to another call of the same moment', async () => {
  const { locks, close } = await postgresLocksHarness();
  const [eventUuid, shared, taken] = [randomUUID(), randomUUID(), randomUUID()];
  await locks.acquire({ eventUuid, ticketUuids: [taken], owner: 'eve', ttlMs: 60_000 });
  const ask = (owner: string, ...ticketUuids: string[]) =>
    locks.acquire({ eventUuid, ticketUuids, owner, ttlMs: 60_000 });
  const [ann, bob] = await Promise.all([ask('ann', shared, taken), ask('bob', shared)]);
  expect(ann).toEqual({ ok: false, conflicts: [taken] });
  expect(bob).toMatchObject({ ok: true, holds: [{ ticketUuid: shared }] });
  await close();
});

test('a call that never gets its last ticket, though it looks free each time, is refused', async () => {
  let rounds = 0;
  const gathered = () => async () => {
    rounds++;
    return 'again';
  };
  const locks = postgresTicketLocks({ gathered } as unknown as Db);
  const request = { eventUuid: 'event', ticketUuids: ['ticket'], owner: 'ann', ttlMs: 60_000 };
  expect(await locks.acquire(request)).toEqual({ ok: false, conflicts: ['ticket'] });
  expect(rounds).toBe(20);
});

test('a release that waits for the next lock of its ticket leaves that one alone', async () => {
  const { sql, locks, waiting, drop } = await own();
  const [eventUuid, ticket] = [randomUUID(), randomUUID()];
  await locks.acquire({ eventUuid, ticketUuids: [ticket], owner: 'ann', ttlMs: 60_000 });
  const held = await locks.held({ eventUuid, ticketUuids: [ticket], owner: 'ann' });
  const begun = Promise.withResolvers<Promise<number>>();
  await sql.begin(async (tx) => {
    await tx`update ticket_locks set owner = 'bob', token = 'new' where ticket_uuid = ${ticket}`;
    begun.resolve(locks.release({ eventUuid, locks: held }));
    await eventually(async () => (await waiting()) === 1, 3000);
  });
  expect(await await begun.promise).toBe(0);
  expect(await locks.held({ eventUuid, ticketUuids: [ticket], owner: 'bob' })).toMatchObject([{ token: 'new' }]);
  await drop();
});

test('locks are written in one order, so that calls with common ones do not block each other', async () => {
  const { sql, locks, waiting, drop } = await own();
  const [eventUuid, tickets] = [randomUUID(), ['a', 'b', 'c']];
  await locks.acquire({ eventUuid, ticketUuids: tickets, owner: 'ann', ttlMs: 60_000 });
  const held = await locks.held({ eventUuid, ticketUuids: tickets, owner: 'ann' });
  const reversed = held.sort((one, other) => (one.ticketUuid < other.ticketUuid ? 1 : -1));
  const begun = Promise.withResolvers<Promise<boolean>>();
  await sql.begin(async (tx) => {
    await tx`select from ticket_locks where ticket_uuid = 'a' for update`;
    begun.resolve(locks.adopt({ eventUuid, locks: reversed }));
    await eventually(async () => (await waiting()) === 1, 3000);
    expect(await tx`select from ticket_locks for update skip locked`).toHaveLength(3);
  });
  expect(await await begun.promise).toBe(true);
  await drop();
});

test('expired locks are cleared some thousands at a time, skipping those that another process has locked', async () => {
  const { sql, locks, drop } = await own();
  const { purgeExpired } = locks;
  await sql`insert into ticket_locks (ticket_uuid, event_uuid, owner, token, expires_at)
    select 'ticket ' || n, 'event', 'ann', 'token', '2020-01-01' from generate_series(1, 5002) n`;
  const [first, second] = await sql.begin(async (tx) => {
    await tx`select from ticket_locks where ticket_uuid = 'ticket 7' for update`;
    return [(await purgeExpired()).length, (await purgeExpired()).length];
  });
  expect([first, second, await purgeExpired()]).toEqual([5000, 1, [{ eventUuid: 'event', ticketUuid: 'ticket 7' }]]);
  await drop();
});

/** Locks on a database of their own, and how many of its sessions wait for another. */
async function own() {
  const { config, sql, drop } = await testDatabase();
  // So that rows are read in the order of the request.
  for (const other of ['hashjoin', 'mergejoin', 'seqscan']) {
    await sql.unsafe(`alter database ${config.database} set enable_${other} = off`);
  }
  const db = openDb(config);
  const waiting = async () =>
    (await sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`).length;
  const close = async () => {
    await db.close();
    await drop();
  };
  return { sql, locks: postgresTicketLocks(db), waiting, drop: close };
}
