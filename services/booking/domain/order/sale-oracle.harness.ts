import { expect } from 'bun:test';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { AppError } from '../../../../shared/errors.ts';
import { type MadeEvent, makeEvent } from '../../../../shared/testing/factories.ts';
import { sandboxMethods, sandboxPayments } from '../../adapters/sandbox/sandbox-payments.ts';
import { type Crash, Died, dying } from '../../dying.harness.ts';
import type { Sale } from '../../testing.ts';
import { createOrder, refundOrder, releaseReservation, reserveTickets } from '../../testing.ts';
import { advanceOrder } from './advance-order.ts';

const [users, seats] = [[randomUUID(), randomUUID()], 3];
const methods = { good: randomUUID(), ...sandboxMethods };
type Method = keyof typeof methods;

/**
 * The oracle: the simplest model of a sale. `hold` is the reservation that holds a seat, `order` the order that has it.
 */
type Model = {
  seats: { hold?: number | undefined; order?: number | undefined }[];
  reservations: { user: number; seats: number[]; released: boolean }[];
  orders: { reservation: number; method: Method; status: 'pending' | 'paid' | 'failed' | 'refunded' }[];
};
type Real = { sale: Sale; event: MadeEvent; reservations: string[]; orders: string[] };

const ordersOf = (m: Model, reservation: number) =>
  m.orders.findIndex((one) => one.reservation === reservation && ['pending', 'paid'].includes(one.status));
const seatsWith = (m: Model, order: number) => m.seats.filter((seat) => seat.order === order);
const canBeOrdered = (m: Model, index: number) => {
  const reservation = m.reservations[index]!;
  return (
    !reservation.released &&
    reservation.seats.every((n) => m.seats[n]!.hold === index && m.seats[n]!.order === undefined)
  );
};

/** A bought seat is no longer held, whoever settled the order. */
function pay(m: Model, order: number): void {
  m.orders[order]!.status = 'paid';
  for (const seat of seatsWith(m, order)) seat.hold = undefined;
}
function fail(m: Model, order: number): void {
  m.orders[order]!.status = 'failed';
  for (const seat of seatsWith(m, order)) seat.order = undefined;
}

/** Ends everything pending. */
function sweep(m: Model): void {
  for (const [i, { status, method }] of m.orders.entries()) {
    if (status === 'pending') (method === 'lostAnswer' ? pay : fail)(m, i);
  }
}

/** Returns a command's outcome, in a word; throws anything unforeseen. */
const wordOf = (work: Promise<string>) =>
  work.catch((error: unknown) => {
    if (error instanceof AppError && error.code !== 'unavailable') return error.code as string;
    throw error;
  });

/** After every step the seats match the oracle: their holders and their buyers. */
async function compare(m: Model, { sale, event }: Real): Promise<void> {
  const rows = await sale.sql<{ uuid: string; status: string; claimed: boolean }[]>`
    select uuid, status, order_id is not null as claimed from tickets where event_id = ${event.id} order by id`;
  const locked = await sale.deps.locks.list(event.uuid);
  const real = rows.map(({ uuid, status, claimed }) => ({
    held: locked.includes(uuid),
    claimed,
    sold: status === 'booked',
  }));
  const told = m.seats.map(({ hold, order }) => ({
    held: hold !== undefined,
    claimed: order !== undefined,
    sold: order !== undefined && m.orders[order]!.status === 'paid',
  }));
  expect(real).toEqual(told);
}

type Step = (m: Model, r: Real) => Promise<{ expected: string; told: string }>;

/** A step in words: the expected and the actual outcome. */
const command = (name: string, possible: (m: Model) => boolean, step: Step): fc.AsyncCommand<Model, Real> => ({
  check: (m) => possible(m),
  toString: () => name,
  async run(m, r) {
    const { expected, told } = await step(m, r);
    expect(`${name}: ${told}`).toBe(`${name}: ${expected}`);
    await compare(m, r);
  },
});

const reserve = (user: number, wanted: number[]) =>
  command(
    `user ${user} reserves ${wanted}`,
    () => true,
    async (m, r) => {
      const same = m.reservations.findIndex(
        (one, i) =>
          one.user === user &&
          one.seats.length === wanted.length &&
          wanted.every((n) => one.seats.includes(n) && m.seats[n]!.hold === i),
      );
      const isFree = wanted.every((n) => m.seats[n]!.hold === undefined && m.seats[n]!.order === undefined);
      const told = await wordOf(
        reserveTickets(r.sale.deps, {
          userUuid: users[user]!,
          ticketUuids: wanted.map((n) => r.event.tickets[n]!),
        }).then(({ uuid }) => {
          if (r.reservations.includes(uuid)) return `reservation ${r.reservations.indexOf(uuid)}`;
          return `reservation ${r.reservations.push(uuid) - 1}`;
        }),
      );
      if (same >= 0) return { expected: `reservation ${same}`, told };
      if (!isFree) return { expected: 'ticket_not_available', told };
      const made = m.reservations.push({ user, seats: wanted, released: false }) - 1;
      for (const n of wanted) m.seats[n]!.hold = made;
      return { expected: `reservation ${made}`, told };
    },
  );

const release = (n: number) =>
  command(
    `reservation ~${n} is released`,
    (m) => m.reservations.length > 0,
    async (m, r) => {
      const index = n % m.reservations.length;
      const told = await wordOf(releaseReservation(r.sale.deps, r.reservations[index]!).then(() => 'ok'));
      const its = ordersOf(m, index);
      // The provider is asked to end the pending payment: one that it knows is paid, any other is cancelled.
      if (its >= 0 && m.orders[its]!.status === 'pending') {
        (m.orders[its]!.method === 'lostAnswer' ? pay : fail)(m, its);
      }
      if (its >= 0 && m.orders[its]!.status === 'paid') return { expected: 'reservation_sold', told };
      m.reservations[index]!.released = true;
      for (const seat of m.seats) if (seat.hold === index) seat.hold = undefined;
      return { expected: 'ok', told };
    },
  );

const expire = (n: number) =>
  command(
    `the lock of seat ${n} ends by time`,
    () => true,
    async (m, r) => {
      await r.sale.expire(r.event.tickets[n]!);
      m.seats[n]!.hold = undefined;
      return { expected: 'ok', told: 'ok' };
    },
  );

const order = (n: number, method: Method) =>
  command(
    `reservation ~${n} is ordered, ${method}`,
    (m) => m.reservations.length > 0,
    async (m, r) => {
      const reservation = n % m.reservations.length;
      const told = await wordOf(
        createOrder(r.sale.deps, { reservationUuid: r.reservations[reservation]!, methodUuid: methods[method] }).then(
          (made) => {
            if (!r.orders.includes(made.uuid)) r.orders.push(made.uuid);
            return `order ${r.orders.indexOf(made.uuid)} ${made.status}`;
          },
        ),
      );
      const before = ordersOf(m, reservation);
      if (before >= 0) {
        // A repeat has the same card: a lost request is lost again.
        return { expected: `order ${before} ${m.orders[before]!.status}`, told };
      }
      if (!canBeOrdered(m, reservation)) return { expected: 'reservation_expired', told };
      if (method === 'declined') return { expected: 'payment_declined', told };
      const made = m.orders.push({ reservation, method, status: 'pending' }) - 1;
      for (const seat of m.reservations[reservation]!.seats) m.seats[seat]!.order = made;
      if (method === 'good') pay(m, made);
      return { expected: `order ${made} ${method === 'good' ? 'paid' : 'pending'}`, told };
    },
  );

const answer = (n: number, approved: boolean) =>
  command(
    `the buyer of order ~${n} ${approved ? 'approves' : 'refuses'}`,
    (m) => m.orders.some(({ status, method }) => status === 'pending' && method === 'requiresAction'),
    async (m, r) => {
      const index = n % m.orders.length;
      const { status, method } = m.orders[index]!;
      const waits = status === 'pending' && method === 'requiresAction';
      const { deps, db } = r.sale;
      const key = r.orders[index]!;
      const told = `${await sandboxPayments(db).answer(key, approved)}`;
      await advanceOrder(deps, (await deps.orders.get(key))!, deps.payments.find);
      if (waits) (approved ? pay : fail)(m, index);
      if (!waits && status === 'pending' && method === 'lostAnswer') pay(m, index);
      return { expected: `${waits}`, told };
    },
  );

const refund = (n: number) =>
  command(
    `order ~${n} is given back`,
    (m) => m.orders.length > 0,
    async (m, r) => {
      const index = n % m.orders.length;
      const one = m.orders[index]!;
      const userUuid = users[m.reservations[one.reservation]!.user]!;
      const told = await wordOf(refundOrder(r.sale.deps, { orderUuid: r.orders[index]!, userUuid }).then(() => 'ok'));
      if (one.status !== 'paid') return { expected: 'order_not_refundable', told };
      for (const seat of seatsWith(m, index)) seat.order = undefined;
      one.status = 'refunded';
      return { expected: 'ok', told };
    },
  );

const sweepNow = () =>
  command(
    'a sweep',
    () => true,
    async (m, r) => {
      await r.sale.sweep();
      sweep(m);
      return { expected: 'ok', told: 'ok' };
    },
  );

/** The process dies while it sells; another one sweeps. The order is whole or not made, and only the holder may buy. */
const die = (n: number, crash: Crash) =>
  command(
    `the process dies ${crash.when} call ${crash.call} of the order of reservation ~${n}`,
    (m) => m.reservations.length > 0,
    async (m, r) => {
      const reservation = n % m.reservations.length;
      const [uuid, could] = [
        r.reservations[reservation]!,
        ordersOf(m, reservation) < 0 && canBeOrdered(m, reservation),
      ];
      const { deps } = dying(r.sale.deps, crash);
      await createOrder(deps, { reservationUuid: uuid, methodUuid: methods.good }).catch((error: unknown) => {
        if (!(error instanceof Died || error instanceof AppError)) throw error;
      });
      await r.sale.sweep();
      sweep(m);
      const made = await r.sale.sql<{ uuid: string; status: 'paid' | 'failed' }[]>`
        select o.uuid, o.status from orders o join reservations v on v.id = o.reservation_id
        where v.uuid = ${uuid} and o.uuid <> all(${r.orders}) and o.status = 'paid'`;
      for (const { uuid: order } of made) {
        r.orders.push(order);
        const index = m.orders.push({ reservation, method: 'good', status: 'paid' }) - 1;
        for (const seat of m.reservations[reservation]!.seats) m.seats[seat] = { order: index };
      }
      return { expected: could ? `${made.length > 0}` : 'false', told: `${made.length > 0}` };
    },
  );

const [user, seat, any] = [fc.nat(users.length - 1), fc.nat(seats - 1), fc.nat(20)];
const method = fc.constantFrom<Method>('good', 'good', 'declined', 'lostAnswer', 'lostRequest', 'requiresAction');
const crash = fc.record({ call: fc.nat(14), when: fc.constantFrom('before' as const, 'after' as const) });
const wanted = fc.uniqueArray(seat, { minLength: 1, maxLength: 2 });
const commands = fc.commands(
  [
    fc.tuple(user, wanted).map(([by, which]) => reserve(by, which)),
    fc.tuple(user, wanted).map(([by, which]) => reserve(by, which)),
    any.map(release),
    seat.map(expire),
    fc.tuple(any, method).map(([n, by]) => order(n, by)),
    fc.tuple(any, method).map(([n, by]) => order(n, by)),
    fc.tuple(any, fc.boolean()).map(([n, approved]) => answer(n, approved)),
    any.map(refund),
    fc.constant(0).map(sweepNow),
    fc.tuple(any, crash).map(([n, at]) => die(n, at)),
  ],
  { maxCommands: 25, size: 'max' },
);

/**
 * Random lives of a sale: every response, and every seat after each step, matches the oracle; in the end the books are
 * right.
 */
export const oracleProperty = (at: () => Sale) =>
  fc.asyncProperty(commands, async (steps) => {
    const event = await makeEvent(at().sql, { seats });
    const model: Model = { seats: event.tickets.map(() => ({})), reservations: [], orders: [] };
    const real: Real = { sale: at(), event, reservations: [], orders: [] };
    await fc.asyncModelRun(() => ({ model, real }), steps);
    await at().audit();
  });
