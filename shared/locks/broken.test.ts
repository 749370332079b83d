import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Db } from '../db/client.ts';
import { postgresLocksHarness } from './postgres.harness.ts';
import { postgresTicketLocks } from './postgres.ts';
import { type TicketLocksHarness, ticketLocksCases } from './ticket-locks.conformance.ts';
import type { TicketLocks } from './ticket-locks.ts';

/** Shows that the conformance suite can fail: adapters with well-known mistakes, and the cases that catch them. */
function caught(name: string, make: (db: Db) => TicketLocks, cases: (keyof typeof ticketLocksCases)[]): void {
  describe(`a broken adapter is caught: ${name}`, () => {
    let harness: TicketLocksHarness;
    beforeAll(async () => {
      harness = await postgresLocksHarness(make);
    });
    afterAll(() => harness.close());
    for (const title of cases) {
      test(title, async () => {
        const outcome = await ticketLocksCases[title]!(harness).then(
          () => 'passed',
          () => 'caught',
        );
        expect(outcome).toBe('caught');
      });
    }
  });
}

const minute = "interval '1 minute'";

/** Checks whether the tickets are free, then writes, without atomicity. */
const checkThenSet = (db: Db): TicketLocks => ({
  ...postgresTicketLocks(db),
  acquire: async ({ eventUuid, ticketUuids, owner }) => {
    const { sql } = db;
    const taken = await sql`select ticket_uuid from ticket_locks
      where ticket_uuid = any(${ticketUuids}) and expires_at > now() and owner <> ${owner}`;
    if (taken.length > 0) return { ok: false, conflicts: taken.map((row) => row.ticket_uuid) };
    const token = randomUUID();
    for (const ticketUuid of ticketUuids) {
      await sql`insert into ticket_locks values (${ticketUuid}, ${eventUuid}, ${owner}, ${token}, now() + ${sql.unsafe(minute)})
        on conflict (ticket_uuid) do update set owner = excluded.owner, token = excluded.token`;
    }
    const holds = ticketUuids.map((ticketUuid) => ({ ticketUuid, token, expiresAt: 0 }));
    return { ok: true, repeated: false, holds, taken: holds, others: [] };
  },
});

/** Releases locks that another call has adopted. */
const givesBackAll = (db: Db): TicketLocks => {
  const locks = postgresTicketLocks(db);
  return { ...locks, giveBack: locks.release };
};

/** A payment extends the hold itself, each time anew. */
const coverProlongs = (db: Db): TicketLocks => {
  const locks = postgresTicketLocks(db);
  return { ...locks, cover: ({ windowMs, ...request }) => locks.extend({ ...request, ttlMs: windowMs }) };
};

/** Releases, extends and checks by ticket alone, whoever holds it. */
const ownerless = (db: Db): TicketLocks => ({
  ...postgresTicketLocks(db),
  held: async ({ ticketUuids }) =>
    (await db.sql`select ticket_uuid, token from ticket_locks where ticket_uuid = any(${ticketUuids})`).map((row) => ({
      ticketUuid: row.ticket_uuid,
      token: row.token,
      expiresAt: 0,
    })),
  release: async ({ locks }) =>
    (await db.sql`delete from ticket_locks where ticket_uuid = any(${locks.map((lock) => lock.ticketUuid)})`).count,
  extend: async ({ locks, ttlMs }) => {
    await db.sql`update ticket_locks set expires_at = now() + ${ttlMs} * interval '1 ms'
      where ticket_uuid = any(${locks.map((lock) => lock.ticketUuid)})`;
    return true;
  },
});

/**
 * The original's two keys a ticket, written one after the other and without a token (rows of the table stand for keys).
 */
const twoKeys = (db: Db): TicketLocks => {
  const { sql } = db;
  const lockKey = (ticket: string) => `ticket_lock:${ticket}`;
  const userKey = (ticket: string, user: string) => `ticket_lock_user:${ticket}:${user}`;
  const set = (key: string, value: string) => sql`
    insert into ticket_locks values (${key}, ${value}, ${value}, ${value}, now() + ${sql.unsafe(minute)})
    on conflict (ticket_uuid) do update set owner = excluded.owner, expires_at = excluded.expires_at
    where ticket_locks.expires_at <= now() returning 1`;
  const exists = async (key: string) =>
    (await sql`select 1 from ticket_locks where ticket_uuid = ${key} and expires_at > now()`).length > 0;
  return {
    acquire: async ({ ticketUuids, owner }) => {
      for (const ticket of ticketUuids) {
        if ((await set(lockKey(ticket), owner)).length === 0) return { ok: false, conflicts: [ticket] };
        await set(userKey(ticket, owner), owner);
      }
      const holds = ticketUuids.map((ticketUuid) => ({ ticketUuid, token: owner, expiresAt: 0 }));
      return { ok: true, repeated: false, holds, taken: holds, others: [] };
    },
    held: async ({ ticketUuids, owner }) => {
      const holds = [];
      for (const ticketUuid of ticketUuids) {
        if (await exists(userKey(ticketUuid, owner))) holds.push({ ticketUuid, token: owner, expiresAt: 0 });
      }
      return holds;
    },
    extend: async () => true,
    cover: async () => true,
    uncover: async () => 0,
    adopt: async () => true,
    giveBack: async () => 0,
    release: async ({ locks }) => {
      for (const { ticketUuid, token } of locks) {
        await sql`delete from ticket_locks where ticket_uuid in (${lockKey(ticketUuid)}, ${userKey(ticketUuid, token)})`;
      }
      return locks.length;
    },
    // The keys have no event, so each ticket has to be read.
    list: async () => {
      const live = await sql`select ticket_uuid from ticket_locks where ticket_uuid like 'ticket_lock:%'`;
      const tickets: string[] = live.map((row) => row.ticket_uuid.slice('ticket_lock:'.length));
      const locked = await Promise.all(tickets.map((ticket) => exists(lockKey(ticket))));
      return tickets.filter((_, i) => locked[i]);
    },
    purgeExpired: async () => [],
  };
};

/** Counts the owner's holds, then takes, without atomicity. */
const countThenTake = (db: Db): TicketLocks => {
  const locks = postgresTicketLocks(db);
  return {
    ...locks,
    acquire: async ({ limit = 0, ...request }) => {
      const { eventUuid, owner, ticketUuids } = request;
      const [row] = await db.sql`select count(*)::int as held from ticket_locks
        where event_uuid = ${eventUuid} and owner = ${owner} and expires_at > now()`;
      if (row?.held + ticketUuids.length > limit) return { ok: false, conflicts: [], overLimit: true };
      // So that others count meanwhile on a slow machine, too.
      await db.sql`select pg_sleep(0.1)`;
      return locks.acquire(request);
    },
  };
};

caught('the limit is counted apart from the taking', countThenTake, [
  'parallel takers of different tickets by one owner stay within the limit',
]);

caught('what was adopted is given back', givesBackAll, ['what another call has adopted is not given back']);

caught('a payment prolongs the hold', coverProlongs, [
  'a payment keeps the lock beyond the hold, which ends at its own time',
  'when a payment has failed the lock ends with its hold again',
]);

caught('check, then set, without atomicity', checkThenSet, [
  'N parallel takers of one ticket: exactly one owner',
  'N parallel takers of overlapping sets: exactly one owner a ticket, all or none',
  'parallel repeats by one owner all get the same lock',
]);

caught('ownership is not checked', ownerless, [
  'a free ticket is taken, and seen by every process',
  'a late release can’t free the successor’s lock',
  'a late extension can’t touch the successor’s lock, nor revive an expired one',
  'the same owner’s new lock is not the old one',
  'extend makes a lock last, never shorter, all or none',
]);

caught('the original’s two keys', twoKeys, [
  'all or none: a refusal leaves nothing behind',
  'N parallel takers of overlapping sets: exactly one owner a ticket, all or none',
  'repeating one’s own lock changes nothing, the clock included',
  'a late release can’t free the successor’s lock',
  'events do not mix',
  'listing an event’s locks is one call, however many there are',
]);
