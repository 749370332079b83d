import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Db } from '../../../../shared/db/client.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import type { ClaimRequest } from '../../domain/order/order.ts';
import { createOrder, refundOrder, reserveTickets, type Sale, type SaleDeps, startSale } from '../../testing.ts';
import { sandboxMethods } from '../sandbox/sandbox-payments.ts';
import { postgresOrders } from './orders.ts';
import { postgresRefunds } from './refunds.ts';
import { postgresUnfinishedPayments } from './unfinished-payments.ts';

// Concurrent writes of the same seats or the same order take turns. Each test holds one of the two in the middle of its
// transaction, and checks that the other waits for it and comes out right.

let sale: Sale;
beforeAll(async () => {
  sale = await startSale();
});
afterAll(() => sale.drop());

/**
 * Runs `second` while the transaction of `first` is open, which must make it wait (`meanwhile`); returns its outcome.
 */
async function behind<T>(
  first: (tx: Db['sql']) => PromiseLike<unknown>,
  second: () => Promise<T>,
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<T> {
  const begun = Promise.withResolvers<Promise<T>>();
  await sale.sql.begin(async (transaction) => {
    const tx = transaction as unknown as Db['sql'];
    await first(tx);
    const work = second();
    work.catch(() => {});
    begun.resolve(work);
    await eventually(async () => (await waiting()) > 0, 3000);
    await meanwhile();
  });
  return await begun.promise;
}

const waiting = async () =>
  (await sale.sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`).length;

/** The database within a transaction. */
const within = (sql: Db['sql']): Db => ({
  ...sale.db,
  sql,
  run: async (work) => work(),
  share: async (_key, work) => work(sql),
  gathered: (work) => async (key, item) => (await work(sql, [item], key))[0]!,
});

const salesIn = (sql: Db['sql']) => ({ ...postgresUnfinishedPayments(within(sql)), ...postgresOrders(within(sql)) });

const refundsIn = (tx: Db['sql']) => {
  const sql = new Proxy(tx, {
    get: (target, name) =>
      name === 'begin' ? (_: string, work: (on: Db['sql']) => unknown) => work(tx) : target[name as 'json'],
  });
  return postgresRefunds(within(sql));
};

async function held(seats = 2) {
  const userUuid = randomUUID();
  const event = await makeEvent(sale.sql, { seats });
  const reservation = await reserveTickets(sale.deps, { userUuid, ticketUuids: event.tickets });
  const request: ClaimRequest = {
    ...{ eventUuid: event.uuid, lines: reservation.tickets, currency: 'USD', userUuid },
    ...{ methodUuid: randomUUID(), provider: 'sandbox', reservationUuid: reservation.uuid },
  };
  const order = (methodUuid: string = randomUUID()) =>
    createOrder(sale.deps, { reservationUuid: reservation.uuid, methodUuid });
  return { event, userUuid, reservation, request, order };
}

describe('a claim', () => {
  test('that waits for another of one of its seats finds it taken, and claims none', async () => {
    const { event, request } = await held();
    const [taken = ''] = event.tickets;
    const lines = request.lines.filter(({ ticketUuid }) => ticketUuid === taken);
    const { reservationUuid: _, ...single } = { ...request, lines };
    const claim = await behind(
      (tx) => salesIn(tx).claim(single),
      () => sale.deps.orders.claim(request),
    );
    expect(claim).toEqual({ conflicts: [taken] });
    expect(await sale.sql`select from tickets where event_id = ${event.id} and order_id is not null`).toHaveLength(1);
    await sale.sweep();
    await sale.audit();
  });

  test('locks its seats in the order of all claims, so that those of overlapping seats do not block each other', async () => {
    const { event, request } = await held(3);
    const [first = '', ...rest] = event.tickets;
    const lines = request.lines.toReversed();
    // It lies behind the others from here on, and is not found first by chance.
    await sale.sql`update tickets set seat = 'Z1' where uuid = ${first}`;
    const claim = await behind(
      async (tx) => {
        await tx`select from tickets where uuid = ${first} for update`;
      },
      () => sale.deps.orders.claim({ ...request, lines }),
      async () => {
        expect(await sale.sql`select from tickets where uuid = any(${rest}) for update skip locked`).toHaveLength(2);
      },
    );
    expect(claim).toMatchObject({ order: { status: 'pending' } });
    await sale.sweep();
  });

  test('of a reservation that is given back at the same moment claims nothing', async () => {
    const { request, reservation } = await held();
    const claim = await behind(
      (tx) => tx`update reservations set released_at = now() where uuid = ${reservation.uuid}`,
      () => sale.deps.orders.claim(request),
    );
    expect(claim).toEqual({ isReleased: true });
  });

  test('of a released reservation reports that, also when its seats have been sold since', async () => {
    const { event, request, reservation } = await held();
    await sale.deps.reservations.release(reservation.uuid);
    await sale.sql`update tickets set status = 'booked' where event_id = ${event.id}`;
    expect(await sale.deps.orders.claim(request)).toEqual({ isReleased: true });
    await sale.sql`update tickets set status = 'available' where event_id = ${event.id}`;
  });

  test('is seen by a release that waits for it', async () => {
    const { request, reservation } = await held();
    const released = await behind(
      (tx) => salesIn(tx).claim(request),
      () => sale.deps.reservations.release(reservation.uuid),
    );
    expect(released).toMatchObject({ order: { status: 'pending', userUuid: request.userUuid } });
    await sale.sweep();
  });
});

describe('a buyer who waits for a locked seat does not hold up another buyer of the event at the same moment:', () => {
  type Pair = Awaited<ReturnType<typeof two>>;
  /** Two buyers of one event, each with a lock on a seat, a reservation and a pending order. */
  async function two(seats: [string, string], eventUuid: string) {
    const make = async (ticket: string) => {
      const userUuid = randomUUID();
      const reservation = await reserveTickets(sale.deps, { userUuid, ticketUuids: [ticket] });
      return { userUuid, eventUuid, ticket, reservation };
    };
    return [await make(seats[0]), await make(seats[1])] as const;
  }
  const claim = ({ userUuid, eventUuid, reservation }: Pair[number]) =>
    sale.deps.orders.claim({
      ...{ eventUuid, lines: reservation.tickets, currency: 'USD', userUuid },
      ...{ methodUuid: randomUUID(), provider: 'sandbox', reservationUuid: reservation.uuid },
    });

  async function order(pair: Pair) {
    for (const one of pair) {
      const claimed = await claim(one);
      if (!('order' in claimed)) throw new Error('not claimed');
      const { uuid: key, total: amount, ...rest } = claimed.order;
      await sale.deps.payments.authorise({ key, amount, ...rest });
      Object.assign(one, { orderUuid: claimed.order.uuid });
    }
  }
  const settle = (one: Pair[number]) => sale.deps.orders.settle((one as unknown as { orderUuid: string }).orderUuid);

  test.each([
    ['a claim', async () => {}, claim, { order: {} }],
    ['a settlement', order, settle, { status: 'paid' }],
  ] as const)('%s', async (_, prepare, work, expected) => {
    const event = await makeEvent(sale.sql, { seats: 2 });
    const [stuck = '', other = ''] = event.tickets;
    const pair = await two([stuck, other], event.uuid);
    await prepare(pair);
    const others: unknown[] = [];
    const late = await behind(
      (tx) => tx`select from tickets where uuid = ${stuck} for update`,
      () => {
        void work(pair[1]).then((result) => others.push(result));
        return work(pair[0]) as Promise<unknown>;
      },
      () => eventually(async () => expect(others).toMatchObject([expected]), 3000),
    );
    expect(late).toMatchObject(expected);
    await sale.sweep();
  });
});

test('a refund that waits for another of one of its seats finds it given back', async () => {
  const { event, order, userUuid } = await held();
  const { uuid: orderUuid } = await order();
  const request = { orderUuid, provider: 'sandbox' as const };
  const [one = '', other = ''] = event.tickets;
  const second = await behind(
    (tx) => refundsIn(tx).open({ ...request, uuid: randomUUID(), ticketUuids: [one] }),
    () => sale.deps.refunds.open({ ...request, uuid: randomUUID(), ticketUuids: [one, other] }),
  );
  expect(second).toBe('not owned');
  await refundOrder(sale.deps, { orderUuid, userUuid });
  await sale.sweep();
  await sale.audit();
});

describe('writes of one order wait for each other, so that its history is in order:', () => {
  type Step = (deps: SaleDeps, uuid: string) => Promise<unknown>;
  const settle: Step = ({ orders }, uuid) => orders.settle(uuid);
  // There is one refund of an order here: it has the order's uuid.
  const openRefund: Step = ({ refunds }, uuid) => refunds.open({ uuid, orderUuid: uuid, provider: 'sandbox' });
  const steps: [string, Step[], Step, string][] = [
    [
      'an action that its buyer must take',
      [],
      ({ orders }, uuid) => orders.awaitAction(uuid, { type: 'sandbox' }),
      'pending, requires_action',
    ],
    [
      'money that came too late and was given back',
      [({ orders }, uuid) => orders.fail(uuid, { is: 'voided' })],
      ({ unfinishedPayments }, uuid) => unfinishedPayments.recordGivenBack(uuid, 'refunded'),
      'failed, refunded',
    ],
    [
      'a capture',
      [settle],
      ({ unfinishedPayments }, uuid) => unfinishedPayments.recordCapture(uuid, 'captured'),
      'paid, succeeded',
    ],
    [
      'a dispute',
      [settle],
      ({ unfinishedPayments }, uuid) => unfinishedPayments.recordDispute(uuid, true),
      'paid, authorised',
    ],
    ['a refund', [settle], openRefund, 'refunded, authorised'],
    [
      'the end of a refund',
      [settle, openRefund],
      ({ refunds }, uuid) => refunds.finish(uuid, 'succeeded'),
      'refunded, authorised',
    ],
  ];

  test.each(steps)('%s', async (_, before, write, last) => {
    const { order } = await held();
    const { uuid } = await order(sandboxMethods.lostRequest);
    for (const step of before) await step(sale.deps, uuid);
    const earlier = await historyOf(uuid);
    await behind(
      // As an update of its status does: a row of the history alone does not wait for that.
      (tx) => tx`select from orders where uuid = ${uuid} for no key update`,
      () => write(sale.deps, uuid),
    );
    expect(await historyOf(uuid)).toEqual([...earlier, last]);
  });
});

const historyOf = async (uuid: string) =>
  (
    await sale.sql`select order_status, payment_status from order_history
      where order_id = (select id from orders where uuid = ${uuid}) order by id`
  ).map((row) => `${row.order_status}, ${row.payment_status}`);
