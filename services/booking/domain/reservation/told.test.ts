import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import { sandboxMethods } from '../../adapters/sandbox/sandbox-payments.ts';
import {
  atOnce,
  confirmTicket,
  createOrder,
  outcomeOf,
  refundOrder,
  releaseReservation,
  reserveTickets,
  type Sale,
  type SaleDeps,
  startSale,
} from '../../testing.ts';
import { PaymentRefused } from '../errors.ts';
import type { SaleObserver } from '../observer.ts';
import { sweepOrders } from '../order/sweep-orders.ts';
import { handleWebhook } from '../payment/handle-webhook.ts';
import { sweepCaptures } from '../payment/sweep-captures.ts';
import { sweepRefunds } from '../refund/sweep-refunds.ts';
import { sweepLocks } from './sweep-locks.ts';

// The signals to the live views (that an event has changed), and the metrics.

let sale: Sale;
const told: string[] = [];
let event: Awaited<ReturnType<typeof makeEvent>>;
const userUuid = randomUUID();
const observer = new Proxy({} as SaleObserver, {
  get:
    (_, name) =>
    (...args: unknown[]) =>
      void told.push([String(name), ...args.filter((arg) => typeof arg !== 'object')].join(' ')),
});
beforeAll(async () => {
  const publish = (uuid: string) => void told.push(uuid === event.uuid ? 'shown' : `shown: ${uuid}`);
  sale = await startSale(() => ({ observer, feed: { publish } }));
});
afterAll(() => sale.drop());
beforeEach(async () => {
  event = await makeEvent(sale.sql, { seats: 2 });
});

/** Returns the signals and counts during an action. */
async function during(work: () => Promise<unknown>): Promise<string[]> {
  told.splice(0);
  await work();
  return told.splice(0);
}

const ticket = () => event.tickets[0]!;
const card = randomUUID();
const reserve = (by = userUuid) => reserveTickets(sale.deps, { userUuid: by, ticketUuids: event.tickets });
const order = async (methodUuid: string = card) => {
  const { uuid: reservationUuid } = await reserve();
  return createOrder(sale.deps, { reservationUuid, methodUuid });
};
const confirm = (methodUuid: string) =>
  outcomeOf(confirmTicket(sale.deps, { ticketUuid: ticket(), userUuid, methodUuid }));

describe('a hold', () => {
  test('of one seat is shown and counted once, and so is each loser', async () => {
    expect(await during(() => sale.reserve(ticket(), userUuid))).toEqual(['lockTaken 1', 'shown']);
    expect(await during(() => sale.reserve(ticket(), userUuid))).toEqual([]);
    expect(await during(() => sale.reserve(ticket(), randomUUID()))).toEqual(['lockRefused']);
    await sale.sql`update tickets set status = 'booked' where uuid = ${event.tickets[1]!}`;
    // Its lock was there for a moment.
    expect(await during(() => sale.reserve(event.tickets[1]!, userUuid))).toEqual(['lockRefused', 'shown']);
  });

  test('of several seats likewise', async () => {
    expect(await during(reserve)).toEqual(['lockTaken 2', 'shown']);
    expect(await during(reserve)).toEqual([]);
    expect(await during(() => outcomeOf(reserve(randomUUID())))).toEqual(['lockRefused']);
    event = await makeEvent(sale.sql, { seats: 2 });
    await sale.sql`update tickets set status = 'booked' where uuid = ${event.tickets[1]!}`;
    expect(await during(() => outcomeOf(reserve()))).toEqual(['lockRefused', 'shown']);
  });

  test('that is given back is shown, once', async () => {
    const { uuid } = await reserve();
    const release = () => releaseReservation(sale.deps, uuid);
    expect([await during(release), await during(release)]).toEqual([['shown'], []]);
  });

  test('that ends by time is shown, once per event', async () => {
    await reserve();
    for (const one of event.tickets) await sale.expire(one);
    expect(await during(() => sweepLocks(sale.deps))).toEqual(['shown', 'locksExpired 2']);
  });
});

// Shown when the seats are claimed, when their locks go, and when the order has ended.
describe('a purchase', () => {
  test('of one seat', async () => {
    await sale.reserve(ticket(), userUuid);
    expect(await during(() => confirm(sandboxMethods.declined))).toEqual(['shown', 'paymentDeclined', 'shown']);
    expect(await during(() => confirm(card))).toEqual(['shown', 'ticketsSold 1', 'shown', 'shown']);
    expect(await during(() => confirm(card))).toEqual([]);
  });

  test('of several', async () => {
    await sale.sweep();
    const { uuid: reservationUuid } = await reserve();
    const buy = (methodUuid: string) => outcomeOf(createOrder(sale.deps, { reservationUuid, methodUuid }));
    expect(await during(() => buy(sandboxMethods.declined))).toEqual(['shown', 'paymentDeclined', 'shown']);
    expect(await during(() => buy(card))).toEqual(['shown', 'ticketsSold 2', 'shown', 'shown']);
    expect(await during(() => buy(card))).toEqual([]);
    expect(await during(() => sweepCaptures(sale.deps, atOnce))).toEqual(['paymentCaptured captured']);
  });

  test.each([
    [sandboxMethods.lostAnswer, ['ticketsSold 2', 'shown', 'orderSwept paid', 'shown']],
    [sandboxMethods.lostRequest, ['orderSwept failed', 'shown']],
  ])('without an answer, which the sweep ends: %s', async (methodUuid, swept) => {
    const { uuid: reservationUuid } = await reserve();
    expect(await during(() => createOrder(sale.deps, { reservationUuid, methodUuid }))).toEqual([
      'shown',
      'paymentUnanswered',
      'shown',
    ]);
    expect(await during(() => sweepOrders(sale.deps, atOnce))).toEqual(swept);
  });

  test('that is given back, and not captured any more', async () => {
    const { uuid: orderUuid } = await order();
    expect(await during(() => refundOrder(sale.deps, { orderUuid, userUuid }))).toEqual(['shown', 'refundPaid']);
    expect(await during(() => sweepRefunds(sale.deps, atOnce))).toEqual([]);
  });

  test('that is given back by two processes at once is counted by one', async () => {
    const { uuid: orderUuid } = await order();
    const refund: SaleDeps['payments']['refund'] = async (request) => {
      const how = await sale.deps.payments.refund(request);
      await sale.deps.refunds.finish(request.refundKey, 'succeeded');
      return how;
    };
    const late = { ...sale.deps, payments: { ...sale.deps.payments, refund } };
    expect(await during(() => refundOrder(late, { orderUuid, userUuid }))).toEqual(['shown']);
  });
});

test('a webhook event is counted once: a failed refund, and a dispute when it is opened', async () => {
  const { uuid: key } = await order();
  const failure = { id: randomUUID(), type: 'test', isRefundFailure: true };
  const dispute = (isOpen: boolean) => ({
    ...{ id: randomUUID(), type: 'test', isRefundFailure: false },
    dispute: { key, isOpen },
  });
  const hear = (event: Parameters<typeof handleWebhook>[1]) => during(() => handleWebhook(sale.deps, event));
  expect([await hear(failure), await hear(failure)]).toEqual([['refundFailed'], []]);
  expect([await hear(dispute(true)), await hear(dispute(false))]).toEqual([['paymentDisputed'], []]);
});

test('a step that the provider refuses is counted with its reason, at whatever place', async () => {
  const refuse = () => Promise.reject(new PaymentRefused('no_permission'));
  const refusing: SaleDeps = {
    ...sale.deps,
    payments: { ...sale.deps.payments, authorise: refuse, close: refuse, capture: refuse, refund: refuse },
  };
  await sale.sweep();
  const told = 'paymentRefused no_permission';
  const { uuid: reservationUuid } = await reserve();
  const buy = () => createOrder(refusing, { reservationUuid, methodUuid: card });
  expect(await during(buy)).toEqual(['shown', told, 'paymentUnanswered', 'shown']);
  expect(await during(() => sweepOrders(refusing, atOnce))).toEqual([told]);
  await sale.sweep();
  const { uuid: orderUuid } = await createOrder(sale.deps, { reservationUuid, methodUuid: card });
  expect(await during(() => sweepCaptures(refusing, atOnce))).toEqual([told]);
  const give = () => refundOrder(refusing, { orderUuid, userUuid });
  expect(await during(give)).toEqual(['shown', told]);
  expect(await during(() => sweepRefunds(refusing, atOnce))).toEqual([told]);
  await sale.sweep();
});
