import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { TicketLocks } from '../../../../shared/locks/ticket-locks.ts';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import { sandboxMethods } from '../../adapters/sandbox/sandbox-payments.ts';
import { type Sale, startSale } from '../../testing.ts';

const users = Array.from({ length: 3 }, () => randomUUID());
const methods = { good: randomUUID(), ...sandboxMethods };
type Method = keyof typeof methods;

type Step =
  | { do: 'reserve'; user: number; seat: number }
  | { do: 'confirm'; user: number; seat: number; method: Method }
  | { do: 'expire'; seat: number }
  | { do: 'sweep' };

const user = fc.nat(2);
const seat = fc.nat(1);
const method = fc.constantFrom<Method>('good', 'good', 'declined', 'lostAnswer', 'lostRequest');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('reserve' as const), user, seat }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('confirm' as const), user, seat, method }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('expire' as const), seat }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sweep' as const) }) },
);

/** The simplest model of a seat: its holder, the user with an unanswered payment on it, its owner. */
type ModelSeat = { holder?: number; pending?: { user: number; method: Method }; owner?: number };

function expected(seats: ModelSeat[], step: Step): string | undefined {
  if (step.do === 'sweep') {
    for (const at of seats) {
      if (at.pending?.method === 'lostAnswer') {
        at.owner = at.pending.user;
        delete at.holder;
      }
      delete at.pending;
    }
    return undefined;
  }
  const at = seats[step.seat]!;
  if (step.do === 'expire') {
    delete at.holder;
    return undefined;
  }
  if (step.do === 'reserve') {
    if (at.holder === step.user) return 'ok';
    if (at.holder !== undefined || at.pending || at.owner !== undefined) return 'ticket_not_available';
    at.holder = step.user;
    return 'ok';
  }
  if (at.owner !== undefined) {
    if (at.owner !== step.user) return 'ticket_not_reserved';
    // Repeating one's own purchase returns the same as the first time.
    return 'ok';
  }
  if (at.pending) return at.pending.user === step.user ? 'payment_pending' : 'ticket_not_reserved';
  if (at.holder !== step.user) return 'ticket_not_reserved';
  if (step.method === 'declined') return 'payment_declined';
  if (step.method === 'good') {
    at.owner = step.user;
    delete at.holder;
    return 'ok';
  }
  at.pending = { user: step.user, method: step.method };
  return 'payment_pending';
}

async function perform(sale: Sale, tickets: string[], step: Step): Promise<string | undefined> {
  if (step.do === 'reserve') return sale.reserve(tickets[step.seat]!, users[step.user]!);
  if (step.do === 'confirm') return sale.confirm(tickets[step.seat]!, users[step.user]!, methods[step.method]);
  if (step.do === 'expire') await sale.expire(tickets[step.seat]!);
  else await sale.sweep();
  return undefined;
}

/** A request that is refused after it took the lock leaves none behind: too rare to be left to chance. */
const refusedThenFree: Step[] = [
  { do: 'reserve', user: 0, seat: 0 },
  { do: 'confirm', user: 0, seat: 0, method: 'lostRequest' },
  { do: 'expire', seat: 0 },
  { do: 'reserve', user: 1, seat: 0 },
  { do: 'sweep' },
  { do: 'reserve', user: 2, seat: 0 },
];
/** A lock ends with the sale, also when a sweep makes it. */
const soldBySweep: Step[] = [
  { do: 'reserve', user: 0, seat: 0 },
  { do: 'confirm', user: 0, seat: 0, method: 'lostAnswer' },
  { do: 'sweep' },
  { do: 'reserve', user: 0, seat: 0 },
];
const examples: [Step[]][] = [[refusedThenFree], [soldBySweep]];

const runs = Number(process.env.MODEL_RUNS ?? 60);

/** One after the other: every response matches the model. */
const sequential = (sale: () => Sale) =>
  fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
    const { tickets } = await makeEvent(sale().sql, { seats: 2 });
    const seats: ModelSeat[] = [{}, {}];
    for (const one of steps) expect([one, await perform(sale(), tickets, one)]).toEqual([one, expected(seats, one)]);
    await sale().audit();
  });

/** All at once, in whatever order the database makes of it: the books are right after every batch. */
const concurrent = (sale: () => Sale) =>
  fc.asyncProperty(
    fc.array(fc.array(step, { minLength: 2, maxLength: 8 }), { minLength: 1, maxLength: 4 }),
    async (batches) => {
      const { tickets } = await makeEvent(sale().sql, { seats: 2 });
      for (const batch of batches) {
        await Promise.all(batch.map((one) => perform(sale(), tickets, one)));
        await sale().audit();
      }
      await sale().sweep();
      await sale().audit();
    },
  );

describe('random sequences of several users', () => {
  let sale: Sale;
  beforeAll(async () => {
    sale = await startSale();
  });
  afterAll(() => sale.drop());

  test(`${runs} sequences one after the other match the model`, async () => {
    await fc.assert(
      sequential(() => sale),
      { numRuns: runs, examples },
    );
  }, 60_000);

  test(`${runs} sets of steps at once leave the books right`, async () => {
    await fc.assert(
      concurrent(() => sale),
      { numRuns: runs },
    );
  }, 60_000);
});

describe('a broken sale is caught by the same sequences', () => {
  const broken: Record<string, (locks: TicketLocks) => TicketLocks> = {
    'locks that anyone holds': (locks) => ({
      ...locks,
      held: async ({ eventUuid, ticketUuids }) =>
        (await locks.list(eventUuid))
          .filter((ticket) => ticketUuids.includes(ticket))
          .map((ticketUuid) => ({ ticketUuid, token: 'any', expiresAt: 0 })),
      extend: async () => true,
      cover: async () => true,
    }),
    'locks that are never refused': (locks) => ({
      ...locks,
      acquire: async ({ ticketUuids }) => {
        const holds = ticketUuids.map((ticketUuid) => ({ ticketUuid, token: 'any', expiresAt: 0 }));
        return { ok: true, repeated: false, holds, taken: holds, others: [] };
      },
    }),
    'locks that forget to be given back on refusal': (locks) => ({ ...locks, giveBack: async () => 0 }),
  };
  for (const [name, wrap] of Object.entries(broken)) {
    test(name, async () => {
      const sale = await startSale(({ locks }) => ({ locks: wrap(locks) }));
      const outcome = await fc.check(
        sequential(() => sale),
        { numRuns: 300, examples, endOnFailure: true },
      );
      expect(outcome.failed).toBe(true);
      await sale.drop();
    }, 60_000);
  }

  test('a claim that does not look whether the ticket is free', async () => {
    const sale = await startSale(({ orders, tickets }) => ({
      orders: {
        ...orders,
        claim: async (request) => {
          await sale.sql`update tickets set status = 'available', order_id = null where uuid = any(${request.lines.map((line) => line.ticketUuid)})`;
          return orders.claim(request);
        },
      },
      tickets: {
        ...tickets,
        find: async (uuid) => {
          const ticket = await tickets.find(uuid);
          if (!ticket) return undefined;
          const { order: _, ...free } = ticket;
          return { ...free, booked: false };
        },
      },
    }));
    const outcome = await fc.check(
      concurrent(() => sale),
      // It shows only when two claims meet at the same moment, which not every sequence brings about.
      { numRuns: 3000, endOnFailure: true },
    );
    expect(outcome.failed).toBe(true);
    await sale.drop();
  }, 60_000);
});
