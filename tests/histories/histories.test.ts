import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { TicketLocks } from '../../shared/locks/ticket-locks.ts';
import { expireInPostgres } from './expire.ts';
import { judge } from './judge.ts';
import { live } from './live.ts';
import type { Fetch } from './processes.ts';
import { firstImpossible, type ShortSale, startShortSale } from './testing.ts';
import { weatherOf } from './weather.ts';

const { weather } = weatherOf(0, 'brisk');
const short = { weather, operations: 250, maxMs: 4000 };

describe('buyers get only responses that some history of the seats explains', () => {
  let sale: ShortSale;
  beforeAll(async () => {
    sale = await startShortSale();
  });
  afterAll(() => sale.drop());

  test.each(['brisk', 'slow', 'short', 'storm'])('on a day that is %s', async (name) => {
    const { weather, expires } = weatherOf(0, name);
    const life = await live(sale, { ...short, seed: 7, weather, ...(expires && { expire: expireInPostgres }) });
    const { findings, operations } = judge(life);
    expect(findings).toEqual([]);
    expect(operations).toBeGreaterThan(100);
    await sale.audit();
  });
});

/** Returns a page of half a second ago, if there is one. */
function oldPages(events: Fetch): Fetch {
  let page: { at: number; answer: Response } | undefined;
  return async (request) => {
    if (!page || performance.now() - page.at > 500) page = { at: performance.now(), answer: await events(request) };
    return page.answer.clone() as Response;
  };
}

/** Frees whatever lock there is on a ticket. */
const releaseByTicket =
  (sale: () => ShortSale): TicketLocks['release'] =>
  async ({ locks }) =>
    (await sale().sql`delete from ticket_locks where ticket_uuid = any(${locks.map(({ ticketUuid }) => ticketUuid)})`)
      .count;

describe('a broken sale is caught', () => {
  let sale: ShortSale;
  const broken: Record<string, Parameters<typeof startShortSale>[0]> = {
    'locks that are released without their token': ({ locks }) => ({
      locks: { ...locks, release: releaseByTicket(() => sale), giveBack: releaseByTicket(() => sale) },
    }),

    'a claim that takes a ticket from whoever has it': ({ orders, tickets }) => ({
      tickets: {
        ...tickets,
        find: async (uuid) => {
          const ticket = await tickets.find(uuid);
          if (!ticket) return undefined;
          const { order: _, ...free } = ticket;
          return { ...free, booked: false };
        },
      },
      orders: {
        ...orders,
        claim: async (request) => {
          const uuids = request.lines.map(({ ticketUuid }) => ticketUuid);
          await sale.sql`update tickets set status = 'available', order_id = null where uuid = any(${uuids})`;
          return orders.claim(request);
        },
      },
    }),

    'a reserve that believes a lock which it has already': ({ locks, tickets }) => {
      const believed = new Set<string>();
      return {
        locks: {
          ...locks,
          acquire: async (request) => {
            const outcome = await locks.acquire(request);
            if (outcome.ok && outcome.repeated) for (const uuid of request.ticketUuids) believed.add(uuid);
            return outcome;
          },
          adopt: async () => true,
        },
        tickets: {
          ...tickets,
          find: async (uuid) => {
            const ticket = await tickets.find(uuid);
            if (!ticket || !believed.delete(uuid)) return ticket;
            const { order: _, ...free } = ticket;
            return { ...free, booked: false };
          },
        },
      };
    },

    // Nothing else frees the locks of sold seats, as after a sweep that settled an order of a process that died.
    'a refund that leaves the lock': ({ orders, unfinishedPayments }) => ({
      orders: {
        ...orders,
        settle: async (uuid) => ({ ...(await orders.settle(uuid)), seats: [] }),
        get: async (uuid) => {
          const known = await orders.get(uuid);
          return known && { ...known, seats: [] };
        },
      },
      unfinishedPayments: {
        ...unfinishedPayments,
        leaseUncaptured: async (request) =>
          (await unfinishedPayments.leaseUncaptured(request)).map((order) => ({ ...order, seats: [] })),
      },
    }),
  };

  test.each(Object.keys(broken))('%s', async (name) => {
    sale = await startShortSale(broken[name]);
    expect(await firstImpossible(sale, short)).toBeDefined();
    await sale.drop();
  });

  test('an event page of half a second ago', async () => {
    sale = await startShortSale();
    expect(await firstImpossible(sale, { ...short, pages: oldPages })).toBeDefined();
    await sale.drop();
  });
});
