import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { AppError } from '../../../../shared/errors.ts';
import { type MadeEvent, makeEvent } from '../../../../shared/testing/factories.ts';
import { sandboxMethods } from '../../adapters/sandbox/sandbox-payments.ts';
import {
  claimsAnything,
  createOrder,
  extendReservation,
  refundOrder,
  releaseReservation,
  reserveBest,
  reserveTickets,
  type Sale,
  type SaleDeps,
  startSale,
} from '../../testing.ts';

const seats = 5;
const users = Array.from({ length: 3 }, () => randomUUID());
const methods = { good: randomUUID(), ...sandboxMethods };

type Step =
  | { do: 'reserve'; user: number; seats: number[] }
  | { do: 'best'; user: number; quantity: number }
  | { do: 'extend' | 'release'; reservation: number }
  | { do: 'order'; reservation: number; method: keyof typeof methods }
  | { do: 'refund'; order: number; user: number; seats: number[] | undefined }
  | { do: 'original'; user: number; seat: number }
  | { do: 'expire'; seat: number }
  | { do: 'sweep' };

const [user, seat, any] = [fc.nat(2), fc.nat(seats - 1), fc.nat(20)];
const some = fc.uniqueArray(seat, { minLength: 1, maxLength: 3 });
const method = fc.constantFrom<keyof typeof methods>('good', 'good', 'good', 'declined', 'lostAnswer', 'lostRequest');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('reserve' as const), user, seats: some }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('best' as const), user, quantity: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('extend' as const, 'release' as const), reservation: any }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('order' as const), reservation: any, method }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('refund' as const),
      order: any,
      user,
      seats: fc.option(some, { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('original' as const), user, seat }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const), seat }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sweep' as const) }) },
);

/** Everything made so far; later steps choose from it. */
type World = { event: MadeEvent; reservations: string[]; orders: Made[] };
type Made = { uuid: string; userUuid: string };

async function perform(sale: Sale, world: World, one: Step): Promise<void> {
  const { deps } = sale;
  const { event, reservations, orders } = world;
  const pick = <T>(from: T[], n: number) => from[n % Math.max(1, from.length)];
  const reservation = (n: number) => pick(reservations, n) ?? randomUUID();
  const tickets = (at: number[]) => at.map((n) => event.tickets[n]!);
  const work = async () => {
    if (one.do === 'reserve') {
      const made = await reserveTickets(deps, { userUuid: users[one.user]!, ticketUuids: tickets(one.seats) });
      reservations.push(made.uuid);
    } else if (one.do === 'best') {
      const wish = { userUuid: users[one.user]!, eventUuid: event.uuid, quantity: one.quantity };
      reservations.push((await reserveBest(deps, wish)).uuid);
    } else if (one.do === 'extend') await extendReservation(deps, reservation(one.reservation));
    else if (one.do === 'release') await releaseReservation(deps, reservation(one.reservation));
    else if (one.do === 'order') {
      const reservationUuid = reservation(one.reservation);
      orders.push(await createOrder(deps, { reservationUuid, methodUuid: methods[one.method] }));
    } else if (one.do === 'refund') {
      const ticketUuids = one.seats && tickets(one.seats);
      const order = pick(orders, one.order) ?? { uuid: randomUUID(), userUuid: users[0]! };
      // The buyer, or now and then a stranger.
      const userUuid = one.user === 2 ? users[2]! : order.userUuid;
      await refundOrder(deps, { orderUuid: order.uuid, userUuid, ticketUuids });
    } else if (one.do === 'original') {
      await sale.reserve(event.tickets[one.seat]!, users[one.user]!);
      await sale.confirm(event.tickets[one.seat]!, users[one.user]!, methods.good);
    } else if (one.do === 'expire') await sale.expire(event.tickets[one.seat]!);
    else await sale.sweep();
  };
  // A refusal is an outcome; any other error fails the run.
  await work().catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code === 'unavailable') throw error;
  });
}

/** Batches of steps at once, in whatever order the database makes of them: the books are right after each. */
const property = (sale: () => Sale) =>
  fc.asyncProperty(
    fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 6 }),
    async (batches) => {
      const world: World = { event: await makeEvent(sale().sql, { seats }), reservations: [], orders: [] };
      // So that every run has orders to repeat, to give back and to conflict with.
      await perform(sale(), world, { do: 'reserve', user: 0, seats: [0, 1] });
      await perform(sale(), world, { do: 'order', reservation: 0, method: 'good' });
      for (const batch of batches) {
        await Promise.all(batch.map((one) => perform(sale(), world, one)));
        await sale().audit();
      }
      await sale().sweep();
      await sale().audit();
      const [left] = await sale().sql`select
        (select count(*) from orders where status = 'pending')::int as orders,
        (select count(*) from refunds where status = 'pending')::int as refunds`;
      expect(left).toEqual({ orders: 0, refunds: 0 });
    },
  );

const runs = Number(process.env.MODEL_RUNS ?? 80);

let sale: Sale;
beforeAll(async () => {
  sale = await startSale();
});
afterAll(() => sale.drop());

test(`${runs} random sets of reservations, orders, refunds and sweeps at once leave the books right`, async () => {
  const seed = Number(process.env.MODEL_SEED ?? Date.now() % 2 ** 31);
  console.log(`${runs} runs, MODEL_SEED=${seed}`);
  await fc.assert(
    property(() => sale),
    { numRuns: runs, seed },
  );
}, 120_000);

/** Mistakes that a sale could make, each caught by the same property within a bounded number of runs. */
const broken: Record<string, (deps: SaleDeps, sale: () => Sale) => Partial<SaleDeps>> = {
  'an order that claims whatever the state of its tickets': claimsAnything,
  'a refund that leaves the seats with the order': (deps, at) => ({
    refunds: {
      ...deps.refunds,
      open: async (request) => {
        const refund = await deps.refunds.open(request);
        if (typeof refund !== 'string') {
          await at()
            .sql`update tickets set status = 'booked', order_id = (select id from orders where uuid = ${request.orderUuid})
            where uuid = any(${refund.tickets.map(({ uuid }) => uuid)})`;
        }
        return refund;
      },
    },
  }),
  'a refund under a new key each time': (deps) => ({
    payments: {
      ...deps.payments,
      refund: (request) => deps.payments.refund({ ...request, amount: request.amount - 1, refundKey: randomUUID() }),
    },
  }),
};

test.each(Object.keys(broken))(
  '%s is caught',
  async (name) => {
    let spoilt: Sale | undefined;
    spoilt = await startSale((deps) => broken[name]!(deps, () => spoilt!));
    const outcome = await fc.check(
      property(() => spoilt!),
      { numRuns: 2000, endOnFailure: true },
    );
    await spoilt.drop();
    expect(outcome.failed).toBe(true);
  },
  120_000,
);
