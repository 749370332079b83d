import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { RedisServer } from '../redis/client.ts';
import { type Scripts, withScripts } from './redis-scripts.ts';
import type { Hold, LockKey, TicketLocks } from './ticket-locks.ts';

/** Events by the earliest end of their locks. Apart from the locks, in a cluster perhaps on another node. */
const eventsByEnd = 'ticket_lock_events';
const eventsPerPurge = 1000;
const eventsRemembered = 10_000;

/**
 * Ticket locks in Redis 8: one hash per event, one field per ticket, and each field has its own time to live, so that
 * only Redis' clock decides when a lock ends. Every operation is one script on keys of one slot: one round trip,
 * atomic, also in a cluster.
 */
export function redisTicketLocks({ client, run }: RedisServer): TicketLocks {
  const scripts: Scripts = withScripts(client);
  const noting = new Set<Promise<unknown>>();
  const noted = new LRUCache<string, number>({ max: eventsRemembered });

  /**
   * Notes when the event's expired locks should be swept. Not awaited: if it fails a live view shows late that a seat
   * is free again, and nothing else is lost.
   */
  function noteEnd(eventUuid: string, endsAt: number): void {
    noted.set(eventUuid, endsAt);
    const sent = client.zadd(eventsByEnd, 'LT', endsAt, eventUuid).catch(() => noted.delete(eventUuid));
    noting.add(sent);
    void sent.then(() => noting.delete(sent));
  }

  /** Returns whether the event has no earlier sweep noted. `nowMs` is the store's. */
  function isNews(eventUuid: string, endsAt: number, nowMs: number): boolean {
    const known = noted.get(eventUuid);
    return known === undefined || known > endsAt || known <= nowMs;
  }

  async function expiredOf(eventUuid: string): Promise<{ eventUuid: string; ticketUuid: string }[]> {
    const [next, ...tickets] = await scripts.purgeTicketLocks(...keysOf(eventUuid));
    if (next) noteEnd(eventUuid, Number(next));
    return tickets.map((ticketUuid) => ({ eventUuid, ticketUuid }));
  }

  const unlessEmpty = (locks: LockKey[], work: () => Promise<number>) =>
    locks.length === 0 ? Promise.resolve(0) : run(work);

  return {
    acquire: ({ eventUuid, ticketUuids: asked, owner, ttlMs, limit = 0, note = '' }) => {
      const ticketUuids = [...new Set(asked)];
      // The same in every attempt: if the first one's response is lost, the next finds the lock that it took.
      const token = randomUUID();
      return run(async () => {
        const [outcome, ...rest] = await scripts.acquireTicketLocks(
          ...keysOf(eventUuid),
          `ticket_locks_of:{${eventUuid}}:${owner}`,
          owner,
          token,
          ttlMs,
          limit,
          note,
          ...ticketUuids,
        );
        if (outcome === 2) return { ok: false, conflicts: [], overLimit: true };
        if (outcome === 0) return { ok: false, conflicts: rest.map((i) => ticketUuids[Number(i) - 1]!).sort() };
        const holds = toHolds(ticketUuids, rest);
        const taken = holds.filter((hold) => hold.token === token);
        const repeated = taken.length === 0;
        const ends = holds.map((hold) => hold.expiresAt);
        const [first, last] = [Math.min(...ends), Math.max(...ends)];
        if (!repeated && isNews(eventUuid, first, last - ttlMs)) noteEnd(eventUuid, first);
        return { ok: true, holds, taken, repeated, others: rest.slice(3 * ticketUuids.length).map(String) };
      });
    },

    held: ({ eventUuid, ticketUuids, owner }) =>
      run(async () =>
        toHolds(ticketUuids, await scripts.heldTicketLocks(...keysOf(eventUuid), owner, ...ticketUuids)).filter(
          (hold) => hold.token !== '',
        ),
      ),

    adopt: ({ eventUuid, locks }) =>
      run(async () => (await scripts.adoptTicketLocks(...keysOf(eventUuid), ...named(locks))) === 1),

    extend: ({ eventUuid, locks, ttlMs }) =>
      run(async () => (await scripts.extendTicketLocks(...keysOf(eventUuid), ttlMs, ...named(locks))) === 1),

    cover: ({ eventUuid, locks, windowMs }) =>
      run(async () => (await scripts.coverTicketLocks(...keysOf(eventUuid), windowMs, ...named(locks))) === 1),

    uncover: ({ eventUuid, locks }) =>
      unlessEmpty(locks, () => scripts.uncoverTicketLocks(...keysOf(eventUuid), ...named(locks))),

    release: ({ eventUuid, locks }) =>
      unlessEmpty(locks, () => scripts.releaseTicketLocks(...keysOf(eventUuid), 1, ...named(locks))),

    giveBack: ({ eventUuid, locks }) =>
      unlessEmpty(locks, () => scripts.releaseTicketLocks(...keysOf(eventUuid), 0, ...named(locks))),

    list: (eventUuid) => run(() => client.hkeys(locksOf(eventUuid))),

    purgeExpired: () =>
      run(async () => {
        await Promise.all(noting);
        const events = await scripts.takeEventsWithEnds(eventsByEnd, eventsPerPurge);
        return (await Promise.all(events.map(expiredOf))).flat();
      }),
  };
}

const locksOf = (eventUuid: string) => `ticket_locks:{${eventUuid}}`;

/** A cluster places keys by the text in braces: those of one event are on one node. */
export const keysOf = (eventUuid: string): [locks: string, ends: string, more: string] => [
  locksOf(eventUuid),
  `ticket_locks_ends:{${eventUuid}}`,
  `ticket_locks_more:{${eventUuid}}`,
];

const named = (locks: LockKey[]): string[] => locks.flatMap(({ ticketUuid, token }) => [ticketUuid, token]);

/** Scripts return a token, an end and a note for each ticket, in their order; without a lock the token is empty. */
const toHolds = (ticketUuids: string[], answers: (string | number)[]): Hold[] =>
  ticketUuids.map((ticketUuid, i) => {
    const [token, expiresAt, note] = answers.slice(3 * i, 3 * i + 3);
    return { ticketUuid, token: String(token), expiresAt: Number(expiresAt), ...(note && { note: String(note) }) };
  });
