import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { TicketLocks } from './ticket-locks.ts';

export type TicketLocksHarness = {
  /** Two clients of the same store, like two processes. */
  locks: TicketLocks;
  otherProcess: TicketLocks;
  /** Lets `ms` pass for the store, without waiting. */
  advance(ms: number): Promise<void>;
  /** Returns how many calls to the store this harness's `locks` has made. */
  calls(): number;
  close(): Promise<void>;
};

const minute = 60_000;
const some = (n: number) => Array.from({ length: n }, () => randomUUID());

const keys = (answer: Awaited<ReturnType<TicketLocks['acquire']>>) => {
  if (!answer.ok) throw new Error(`refused: ${answer.conflicts}`);
  return answer.holds.map(({ ticketUuid, token }) => ({ ticketUuid, token }));
};

/** The conformance suite of ticket locks, as named cases: adapters must pass them, and broken ones must fail some. */
export const ticketLocksCases: Record<string, (harness: TicketLocksHarness) => Promise<void>> = {
  'a free ticket is taken, and seen by every process': async ({ locks, otherProcess }) => {
    const [eventUuid, ticket] = [randomUUID(), randomUUID()];
    const answer = await locks.acquire({ eventUuid, ticketUuids: [ticket], owner: 'ann', ttlMs: minute });
    expect(answer).toMatchObject({ ok: true, repeated: false, holds: [{ ticketUuid: ticket }] });
    expect(await otherProcess.list(eventUuid)).toEqual([ticket]);
    expect(await otherProcess.held({ eventUuid, ticketUuids: [ticket], owner: 'ann' })).toHaveLength(1);
    expect(await otherProcess.held({ eventUuid, ticketUuids: [ticket], owner: 'bob' })).toEqual([]);
  },

  'another owner is refused, and told which tickets are taken': async ({ locks, otherProcess }) => {
    const [eventUuid, tickets] = [randomUUID(), some(3)];
    await locks.acquire({ eventUuid, ticketUuids: [tickets[1]!], owner: 'ann', ttlMs: minute });
    const answer = await otherProcess.acquire({ eventUuid, ticketUuids: tickets, owner: 'bob', ttlMs: minute });
    expect(answer).toEqual({ ok: false, conflicts: [tickets[1]!] });
  },

  'all or none: a refusal leaves nothing behind': async ({ locks }) => {
    const [eventUuid, tickets] = [randomUUID(), some(5)];
    await locks.acquire({ eventUuid, ticketUuids: [tickets[4]!], owner: 'ann', ttlMs: minute });
    await locks.acquire({ eventUuid, ticketUuids: tickets, owner: 'bob', ttlMs: minute });
    expect(await locks.list(eventUuid)).toEqual([tickets[4]!]);
  },

  'repeating one’s own lock changes nothing, the clock included': async ({ locks, otherProcess, advance }) => {
    const [eventUuid, ticketUuids] = [randomUUID(), some(2)];
    const first = await locks.acquire({ eventUuid, ticketUuids, owner: 'ann', ttlMs: minute });
    await advance(minute / 2);
    const again = await otherProcess.acquire({ eventUuid, ticketUuids, owner: 'ann', ttlMs: minute });
    expect(again).toMatchObject({ ok: true, repeated: true });
    expect(keys(again).sort(byTicket)).toEqual(keys(first).sort(byTicket));
    await advance(minute / 2 + 1);
    expect(await locks.list(eventUuid)).toEqual([]);
  },

  'a larger set adds to what is held, and keeps the old tokens': async ({ locks }) => {
    const [eventUuid, tickets] = [randomUUID(), some(3)];
    const first = await locks.acquire({ eventUuid, ticketUuids: [tickets[0]!], owner: 'ann', ttlMs: minute });
    const more = await locks.acquire({ eventUuid, ticketUuids: tickets, owner: 'ann', ttlMs: minute });
    expect(keys(more)).toHaveLength(3);
    expect(keys(more)).toContainEqual(keys(first)[0]!);
  },

  'a ticket named twice counts once': async ({ locks }) => {
    const [eventUuid, ticket] = [randomUUID(), randomUUID()];
    const answer = await locks.acquire({ eventUuid, ticketUuids: [ticket, ticket], owner: 'ann', ttlMs: minute });
    expect(keys(answer)).toHaveLength(1);
  },

  'N parallel takers of one ticket: exactly one owner': async ({ locks, otherProcess }) => {
    const [eventUuid, ticket] = [randomUUID(), randomUUID()];
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        (i % 2 ? locks : otherProcess).acquire({ eventUuid, ticketUuids: [ticket], owner: `user ${i}`, ttlMs: minute }),
      ),
    );
    expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
  },

  'N parallel takers of overlapping sets: exactly one owner a ticket, all or none': async ({ locks, otherProcess }) => {
    const [eventUuid, tickets] = [randomUUID(), some(12)];
    const wants = Array.from({ length: 80 }, (_, i) => ({
      owner: `user ${i}`,
      // Windows that overlap, in both directions, so that careless adapters deadlock.
      ticketUuids: [0, 1, 2].map((n) => tickets[(i + (i % 2 ? n : 2 - n)) % tickets.length]!),
    }));
    const answers = await Promise.all(
      wants.map((want, i) => (i % 2 ? locks : otherProcess).acquire({ eventUuid, ttlMs: minute, ...want })),
    );
    const owned = wants.flatMap((want, i) => (answers[i]!.ok ? want.ticketUuids : []));
    expect(owned.length).toBeGreaterThan(0);
    expect(new Set(owned).size).toBe(owned.length);
    expect((await locks.list(eventUuid)).sort()).toEqual(owned.sort());
  },

  'parallel repeats by one owner all get the same lock': async ({ locks, otherProcess }) => {
    const [eventUuid, ticket] = [randomUUID(), randomUUID()];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 ? locks : otherProcess).acquire({ eventUuid, ticketUuids: [ticket], owner: 'ann', ttlMs: minute }),
      ),
    );
    expect(new Set(answers.map((answer) => keys(answer)[0]!.token)).size).toBe(1);
  },

  'expiry frees': async ({ locks, otherProcess, advance }) => {
    const [eventUuid, ticket] = [randomUUID(), randomUUID()];
    const over = keys(await locks.acquire({ eventUuid, ticketUuids: [ticket], owner: 'ann', ttlMs: minute }));
    await advance(minute + 1);
    expect(await locks.list(eventUuid)).toEqual([]);
    expect(await locks.held({ eventUuid, ticketUuids: [ticket], owner: 'ann' })).toEqual([]);
    expect(await locks.release({ eventUuid, locks: over })).toBe(0);
    const next = await otherProcess.acquire({ eventUuid, ticketUuids: [ticket], owner: 'bob', ttlMs: minute });
    expect(next.ok).toBe(true);
  },

  'an expired ticket among wanted ones has exactly one next owner': async ({ locks, otherProcess, advance }) => {
    const [eventUuid, ticket] = [randomUUID(), randomUUID()];
    await locks.acquire({ eventUuid, ticketUuids: [ticket], owner: 'ann', ttlMs: minute });
    await advance(minute + 1);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        (i % 2 ? locks : otherProcess).acquire({ eventUuid, ticketUuids: [ticket], owner: `user ${i}`, ttlMs: minute }),
      ),
    );
    expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
  },

  'a late release can’t free the successor’s lock': async ({ locks, otherProcess, advance }) => {
    const [eventUuid, ticket] = [randomUUID(), randomUUID()];
    const late = keys(await locks.acquire({ eventUuid, ticketUuids: [ticket], owner: 'ann', ttlMs: minute }));
    await advance(minute + 1);
    await otherProcess.acquire({ eventUuid, ticketUuids: [ticket], owner: 'bob', ttlMs: minute });
    expect(await locks.release({ eventUuid, locks: late })).toBe(0);
    expect(await otherProcess.held({ eventUuid, ticketUuids: [ticket], owner: 'bob' })).toHaveLength(1);
  },

  'a late extension can’t touch the successor’s lock, nor revive an expired one': async ({
    locks,
    otherProcess,
    advance,
  }) => {
    const [eventUuid, ticket] = [randomUUID(), randomUUID()];
    const late = keys(await locks.acquire({ eventUuid, ticketUuids: [ticket], owner: 'ann', ttlMs: minute }));
    await advance(minute + 1);
    expect(await locks.extend({ eventUuid, locks: late, ttlMs: minute })).toBe(false);
    await otherProcess.acquire({ eventUuid, ticketUuids: [ticket], owner: 'bob', ttlMs: minute });
    expect(await locks.extend({ eventUuid, locks: late, ttlMs: 10 * minute })).toBe(false);
    await advance(minute + 1);
    expect(await locks.list(eventUuid)).toEqual([]);
  },

  'the same owner’s new lock is not the old one': async ({ locks, advance }) => {
    const [eventUuid, ticket] = [randomUUID(), randomUUID()];
    const late = keys(await locks.acquire({ eventUuid, ticketUuids: [ticket], owner: 'ann', ttlMs: minute }));
    await advance(minute + 1);
    await locks.acquire({ eventUuid, ticketUuids: [ticket], owner: 'ann', ttlMs: minute });
    expect(await locks.release({ eventUuid, locks: late })).toBe(0);
    expect(await locks.list(eventUuid)).toEqual([ticket]);
  },

  'extend makes a lock last, never shorter, all or none': async ({ locks, advance }) => {
    const [eventUuid, tickets] = [randomUUID(), some(2)];
    const held = keys(await locks.acquire({ eventUuid, ticketUuids: tickets, owner: 'ann', ttlMs: minute }));
    expect(await locks.extend({ eventUuid, locks: held, ttlMs: 3 * minute })).toBe(true);
    expect(await locks.extend({ eventUuid, locks: held, ttlMs: minute })).toBe(true);
    const strangers = [held[0]!, { ticketUuid: held[1]!.ticketUuid, token: randomUUID() }];
    expect(await locks.extend({ eventUuid, locks: strangers, ttlMs: 9 * minute })).toBe(false);
    await advance(2 * minute);
    expect((await locks.list(eventUuid)).sort()).toEqual([...tickets].sort());
    expect(await locks.held({ eventUuid, ticketUuids: tickets, owner: 'ann' })).toHaveLength(2);
    await advance(2 * minute);
    expect(await locks.list(eventUuid)).toEqual([]);
  },

  'a payment keeps the lock beyond the hold, which ends at its own time': async ({ locks, otherProcess, advance }) => {
    const [eventUuid, ticket] = [randomUUID(), randomUUID()];
    const taken = await locks.acquire({ eventUuid, ticketUuids: [ticket], owner: 'ann', ttlMs: minute });
    const held = keys(taken);
    for (let times = 0; times < 2; times++) {
      expect(await otherProcess.cover({ eventUuid, locks: held, windowMs: 2 * minute })).toBe(true);
    }
    const [hold] = await locks.held({ eventUuid, ticketUuids: [ticket], owner: 'ann' });
    expect(hold!.expiresAt).toBeCloseTo(taken.ok ? taken.holds[0]!.expiresAt : 0, -1);
    expect(await locks.adopt({ eventUuid, locks: held })).toBe(true);
    await advance(minute + 1000);
    expect(await locks.list(eventUuid)).toEqual([ticket]);
    expect(await locks.held({ eventUuid, ticketUuids: [ticket], owner: 'ann' })).toEqual([]);
    for (const owner of ['ann', 'bob']) {
      const answer = await otherProcess.acquire({ eventUuid, ticketUuids: [ticket], owner, ttlMs: minute });
      expect(answer).toEqual({ ok: false, conflicts: [ticket] });
    }
    expect(await locks.adopt({ eventUuid, locks: held })).toBe(false);
    expect(await locks.extend({ eventUuid, locks: held, ttlMs: minute })).toBe(false);
    expect(await locks.cover({ eventUuid, locks: held, windowMs: 9 * minute })).toBe(false);
    await advance(minute);
    expect(await locks.list(eventUuid)).toEqual([]);
    // The next one's hold is not over before it has begun.
    await locks.acquire({ eventUuid, ticketUuids: [ticket], owner: 'bob', ttlMs: minute });
    expect(await otherProcess.held({ eventUuid, ticketUuids: [ticket], owner: 'bob' })).toHaveLength(1);
  },

  'when a payment has failed the lock ends with its hold again': async ({ locks, otherProcess, advance }) => {
    const [eventUuid, [now, over]] = [randomUUID(), some(2) as [string, string]];
    const take = async (ticket: string) =>
      keys(await locks.acquire({ eventUuid, ticketUuids: [ticket], owner: 'ann', ttlMs: minute, note: '5 USD' }));
    const first = await take(over);
    await advance(minute / 2);
    const second = await take(now);
    expect(await locks.cover({ eventUuid, locks: [...first, ...second], windowMs: 5 * minute })).toBe(true);
    await advance(minute / 2 + 1000);
    const late = [{ ticketUuid: now, token: randomUUID() }];
    expect(await locks.uncover({ eventUuid, locks: late })).toBe(0);
    expect(await otherProcess.uncover({ eventUuid, locks: [...first, ...second] })).toBe(1);
    expect(await locks.list(eventUuid)).toEqual([now]);
    expect(await locks.held({ eventUuid, ticketUuids: [now], owner: 'ann' })).toMatchObject([
      { token: second[0]!.token, note: '5 USD' },
    ]);
    expect(await locks.uncover({ eventUuid, locks: second })).toBe(0);
    expect(await locks.cover({ eventUuid, locks: second, windowMs: 0 })).toBe(true);
    expect(await locks.list(eventUuid)).toEqual([now]);
    expect(await locks.uncover({ eventUuid, locks: [] })).toBe(0);
    await advance(minute / 2);
    expect(await locks.list(eventUuid)).toEqual([]);
  },

  'a hold that is extended under a payment lasts, and its lock as long as either': async ({ locks, advance }) => {
    const [eventUuid, ticket] = [randomUUID(), randomUUID()];
    const held = keys(await locks.acquire({ eventUuid, ticketUuids: [ticket], owner: 'ann', ttlMs: minute }));
    await locks.cover({ eventUuid, locks: held, windowMs: 2 * minute });
    expect(await locks.extend({ eventUuid, locks: held, ttlMs: 3 * minute })).toBe(true);
    expect(await locks.uncover({ eventUuid, locks: held })).toBe(0);
    await advance(2.5 * minute);
    expect(await locks.held({ eventUuid, ticketUuids: [ticket], owner: 'ann' })).toHaveLength(1);
    await locks.cover({ eventUuid, locks: held, windowMs: 3 * minute });
    expect(await locks.extend({ eventUuid, locks: held, ttlMs: minute })).toBe(true);
    await advance(2 * minute);
    expect(await locks.held({ eventUuid, ticketUuids: [ticket], owner: 'ann' })).toEqual([]);
    expect(await locks.list(eventUuid)).toEqual([ticket]);
    await advance(minute + 1000);
    expect(await locks.list(eventUuid)).toEqual([]);
  },

  'what another call has adopted is not given back': async ({ locks, otherProcess }) => {
    const [eventUuid, [one, two]] = [randomUUID(), some(2) as [string, string]];
    const first = keys(await locks.acquire({ eventUuid, ticketUuids: [one], owner: 'ann', ttlMs: minute }));
    const both = await otherProcess.acquire({ eventUuid, ticketUuids: [one, two], owner: 'ann', ttlMs: minute });
    const strange = [{ ticketUuid: two, token: first[0]!.token }];
    expect(await otherProcess.adopt({ eventUuid, locks: [...first, ...strange] })).toBe(false);
    expect(await otherProcess.adopt({ eventUuid, locks: first })).toBe(true);
    expect(await locks.giveBack({ eventUuid, locks: keys(both) })).toBe(1);
    expect(await locks.list(eventUuid)).toEqual([one]);
    expect(await locks.release({ eventUuid, locks: first })).toBe(1);
    // The next lock is another: nobody has adopted it yet.
    const next = keys(await locks.acquire({ eventUuid, ticketUuids: [one], owner: 'ann', ttlMs: minute }));
    expect(await locks.giveBack({ eventUuid, locks: first })).toBe(0);
    expect(await locks.giveBack({ eventUuid, locks: next })).toBe(1);
    expect(await locks.adopt({ eventUuid, locks: next })).toBe(false);
  },

  'giving back and adopting that race agree': async ({ locks, otherProcess }) => {
    for (let round = 0; round < 20; round++) {
      const [eventUuid, ticket] = [randomUUID(), randomUUID()];
      const taken = keys(await locks.acquire({ eventUuid, ticketUuids: [ticket], owner: 'ann', ttlMs: minute }));
      const [freed, adopted] = await Promise.all([
        locks.giveBack({ eventUuid, locks: taken }),
        otherProcess.adopt({ eventUuid, locks: taken }),
      ]);
      expect([freed, adopted]).toEqual(adopted ? [0, true] : [1, false]);
    }
  },

  'a note stays with the lock that it was written on': async ({ locks, otherProcess, advance }) => {
    const [eventUuid, [one, two]] = [randomUUID(), some(2) as [string, string]];
    const take = async (ticketUuids: string[], note?: string) => {
      const request = { eventUuid, ticketUuids, owner: 'ann', ttlMs: minute, ...(note !== undefined && { note }) };
      const answer = await locks.acquire(request);
      return answer.ok ? answer.holds.sort(byTicket).map(({ ticketUuid, note: its }) => [ticketUuid, its]) : [];
    };
    const sorted = (pairs: [string, string | undefined][]) => pairs.sort(([a], [b]) => (a < b ? -1 : 1));
    expect(await take([one], '35000 USD')).toEqual([[one, '35000 USD']]);
    expect(await take([one, two], '9 EUR')).toEqual(
      sorted([
        [one, '35000 USD'],
        [two, '9 EUR'],
      ]),
    );
    const held = await otherProcess.held({ eventUuid, ticketUuids: [one], owner: 'ann' });
    expect(held.map(({ note }) => note)).toEqual(['35000 USD']);
    await advance(minute + 1);
    expect(await take([one])).toEqual([[one, undefined]]);
  },

  'release frees what is under its token, once': async ({ locks, otherProcess }) => {
    const [eventUuid, tickets] = [randomUUID(), some(3)];
    const held = keys(await locks.acquire({ eventUuid, ticketUuids: tickets, owner: 'ann', ttlMs: minute }));
    expect(await otherProcess.release({ eventUuid, locks: held.slice(0, 2) })).toBe(2);
    expect(await otherProcess.release({ eventUuid, locks: held.slice(0, 2) })).toBe(0);
    expect(await locks.list(eventUuid)).toEqual([held[2]!.ticketUuid]);
  },

  'events do not mix': async ({ locks, advance }) => {
    const [one, two, tickets] = [randomUUID(), randomUUID(), some(2)];
    await locks.acquire({ eventUuid: one, ticketUuids: [tickets[0]!], owner: 'ann', ttlMs: minute });
    await locks.acquire({ eventUuid: two, ticketUuids: [tickets[1]!], owner: 'ann', ttlMs: minute });
    expect(await locks.list(one)).toEqual([tickets[0]!]);
    expect(await locks.list(two)).toEqual([tickets[1]!]);
    expect(await locks.list(randomUUID())).toEqual([]);
    // A ticket that was deleted, and made anew for another event.
    await advance(minute + 1);
    await locks.acquire({ eventUuid: two, ticketUuids: [tickets[0]!], owner: 'ann', ttlMs: minute });
    expect([await locks.list(one), await locks.list(two)]).toEqual([[], [tickets[0]!]]);
  },

  'listing an event’s locks is one call, however many there are': async (harness) => {
    const [eventUuid, tickets] = [randomUUID(), some(500)];
    await harness.locks.acquire({ eventUuid, ticketUuids: tickets, owner: 'ann', ttlMs: minute });
    const before = harness.calls();
    expect((await harness.locks.list(eventUuid)).sort()).toEqual([...tickets].sort());
    expect(harness.calls() - before).toBe(1);
  },

  'a limit counts what the owner holds of the event, and no other’s': async ({ locks, otherProcess }) => {
    const [eventUuid, other, tickets] = [randomUUID(), randomUUID(), some(6)];
    const take = (of: TicketLocks, ticketUuids: string[], owner = 'ann', event = eventUuid) =>
      of.acquire({ eventUuid: event, ticketUuids, owner, ttlMs: minute, limit: 3 });
    expect(await take(locks, tickets.slice(0, 2))).toMatchObject({ ok: true, others: [] });
    expect(await take(otherProcess, tickets.slice(2, 4))).toEqual({ ok: false, conflicts: [], overLimit: true });
    expect(await locks.list(eventUuid)).toHaveLength(2);
    expect(await take(otherProcess, tickets.slice(1, 4))).toEqual({ ok: false, conflicts: [], overLimit: true });
    const third = await take(otherProcess, [tickets[1]!, tickets[2]!]);
    expect(third).toMatchObject({ ok: true, others: [tickets[0]!] });
    expect(await take(locks, tickets.slice(0, 3))).toMatchObject({ ok: true, repeated: true });
    const again = await take(otherProcess, tickets.slice(0, 1));
    expect(again.ok && again.others.sort()).toEqual(tickets.slice(1, 3).sort());
    expect(await take(locks, tickets.slice(3, 6), 'bob')).toMatchObject({ ok: true });
    expect(await take(locks, some(3), 'ann', other)).toMatchObject({ ok: true });
  },

  'what was given back or has expired counts no more': async ({ locks, advance }) => {
    const [eventUuid, tickets] = [randomUUID(), some(4)];
    const take = (ticketUuids: string[]) =>
      locks.acquire({ eventUuid, ticketUuids, owner: 'ann', ttlMs: minute, limit: 2 });
    await locks.release({ eventUuid, locks: keys(await take(tickets.slice(0, 2))) });
    expect(await take(tickets.slice(2, 4))).toMatchObject({ ok: true, others: [] });
    await advance(minute + 1);
    expect(await take(tickets.slice(0, 2))).toMatchObject({ ok: true, others: [] });
  },

  'parallel takers of different tickets by one owner stay within the limit': async ({ locks, otherProcess }) => {
    const [eventUuid, tickets] = [randomUUID(), some(20)];
    const answers = await Promise.all(
      tickets.map((ticket, i) =>
        (i % 2 ? locks : otherProcess).acquire({
          eventUuid,
          ticketUuids: [ticket],
          owner: 'ann',
          ttlMs: minute,
          limit: 4,
        }),
      ),
    );
    expect(answers.filter((answer) => answer.ok)).toHaveLength(4);
    expect(await locks.list(eventUuid)).toHaveLength(4);
  },

  'purging tells what has expired, and leaves what lives': async ({ locks, advance }) => {
    const [eventUuid, tickets] = [randomUUID(), some(2)];
    await locks.acquire({ eventUuid, ticketUuids: [tickets[0]!], owner: 'ann', ttlMs: minute });
    await advance(minute + 1);
    await locks.acquire({ eventUuid, ticketUuids: [tickets[1]!], owner: 'ann', ttlMs: minute });
    const purged = (await locks.purgeExpired()).filter((lock) => lock.eventUuid === eventUuid);
    expect(purged).toEqual([{ eventUuid, ticketUuid: tickets[0]! }]);
    expect(await locks.list(eventUuid)).toEqual([tickets[1]!]);
  },
};

const byTicket = (a: { ticketUuid: string }, b: { ticketUuid: string }) => (a.ticketUuid < b.ticketUuid ? -1 : 1);

/** Runs every case against an adapter on its real server. */
export function ticketLocksConformance(name: string, start: () => Promise<TicketLocksHarness>): void {
  describe(`ticket locks: ${name}`, () => {
    let harness: TicketLocksHarness;
    beforeAll(async () => {
      harness = await start();
    });
    afterAll(() => harness.close());
    for (const [title, run] of Object.entries(ticketLocksCases)) test(title, () => run(harness));
  });
}
