import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import { sandboxMethods } from '../../adapters/sandbox/sandbox-payments.ts';
import {
  atOnce,
  createOrder,
  outcomeOf,
  refundOrder,
  releaseReservation,
  reserveTickets,
  type Sale,
  type SaleDeps,
  startSale,
  sweepAll,
} from '../../testing.ts';
import { PaymentUnanswered } from '../errors.ts';
import { sweepOrders } from '../order/sweep-orders.ts';
import { handleWebhook } from './handle-webhook.ts';
import { paymentDuty } from './payment-duty.ts';
import type { ProviderName } from './payment-provider.ts';

let sale: Sale;
beforeAll(async () => {
  sale = await startSale();
});
afterAll(() => sale.drop());

/** A process with another payment provider, which must not be asked for payments that are not its own. */
function startedBy(name: ProviderName): SaleDeps {
  const never = () => Promise.reject(new Error('it was asked for a payment of another provider'));
  const { payments } = sale.deps;
  const asked = { authorise: never, find: never, close: never, capture: never, refund: never };
  return { ...sale.deps, payments: { ...payments, ...asked, name } };
}

async function ordered(methodUuid: string = randomUUID(), price = 35_000) {
  const userUuid = randomUUID();
  const event = await makeEvent(sale.sql, { seats: 1, price });
  const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids: event.tickets });
  const order = (deps: SaleDeps) => outcomeOf(createOrder(deps, { reservationUuid, methodUuid }));
  const { uuid } = (await order(sale.deps)) as { uuid: string };
  return { uuid, userUuid, reservationUuid, order };
}

const providersOf = async (uuid: string) =>
  (
    await sale.sql`select p.provider, r.provider as refund from orders o join payments p on p.order_id = o.id
      left join refunds r on r.order_id = o.id where o.uuid = ${uuid}`
  )[0];

describe('a payment and a refund of it', () => {
  test('keep the name of their provider, which alone ends them', async () => {
    const { uuid, order, reservationUuid, userUuid } = await ordered(sandboxMethods.lostAnswer);
    const other = startedBy('stripe:test');
    expect(await providersOf(uuid)).toEqual({ provider: 'sandbox', refund: null });
    expect(await sweepAll(other)).toBe(0);
    expect(await order(other)).toMatchObject({ uuid, status: 'pending' });
    expect(await outcomeOf(releaseReservation(other, reservationUuid))).toEqual({ code: 'unavailable' });
    const payment = { key: uuid, reference: 'pi_1' };
    const event = { id: randomUUID(), type: 'test', isRefundFailure: false, payment };
    expect(await outcomeOf(handleWebhook(other, event))).toEqual({ code: 'unavailable' });
    expect(await sweepAll(sale.deps)).toBe(1);
    const request = { orderUuid: uuid, userUuid };
    expect(await outcomeOf(refundOrder(other, request))).toEqual({ code: 'order_not_refundable' });
    expect(await order(other)).toMatchObject({ status: 'paid' });
    const away = { ...sale.deps.payments, refund: () => Promise.reject(new PaymentUnanswered()) };
    expect(await refundOrder({ ...sale.deps, payments: away }, request)).toMatchObject({ status: 'pending' });
    expect(await providersOf(uuid)).toEqual({ provider: 'sandbox', refund: 'sandbox' });
    expect(await sweepAll(other)).toBe(0);
    expect(await sweepAll(sale.deps)).toBe(1);
    await sale.audit();
  });

  test('of an order that costs nothing are ended by any provider', async () => {
    const { uuid, userUuid } = await ordered(undefined, 0);
    const other = startedBy('stripe:live');
    await sweepAll(other);
    expect(await refundOrder(other, { orderUuid: uuid, userUuid })).toMatchObject({ status: 'succeeded' });
    await paymentDuty(sale.deps.unfinishedPayments, other.payments)();
  });

  test('of the first releases, which stored no name, belong to the provider whose books have them', async () => {
    const { uuid } = await ordered(sandboxMethods.lostAnswer);
    await sale.sql`update payments set provider = null where order_id = (select id from orders where uuid = ${uuid})`;
    expect(await sweepAll(startedBy('stripe:live'))).toBe(0);
    expect(await sweepAll(sale.deps)).toBe(1);
    const intent = await ordered(sandboxMethods.lostRequest);
    await sale.sql`update payments set provider = null where order_id = (select id from orders where uuid = ${intent.uuid})`;
    await sale.sql`insert into stripe_intents (key, intent_id) values (${intent.uuid}, 'pi_2')`;
    expect(await sweepOrders(sale.deps, atOnce)).toBe(0);
    await sale.sql`update stripe_intents set key = ${randomUUID()} where intent_id = 'pi_2'`;
    expect(await sweepOrders(sale.deps, atOnce)).toBe(1);
  });
});

describe('a process that starts with another provider', () => {
  test('is not ready while payments or refunds are unfinished, says which, and is once they are done', async () => {
    const ready = () => paymentDuty(sale.deps.unfinishedPayments, startedBy('stripe:live').payments)();
    await sweepAll(sale.deps);
    await ready();
    const { uuid, userUuid } = await ordered(sandboxMethods.lostAnswer);
    const itsOwn = paymentDuty(sale.deps.unfinishedPayments, sale.deps.payments);
    await itsOwn();
    await expect(ready()).rejects.toThrow('stripe:live can’t end: 1 by sandbox');
    await sweepAll(sale.deps);
    await ready();
    const away = { ...sale.deps.payments, refund: () => Promise.reject(new PaymentUnanswered()) };
    await refundOrder({ ...sale.deps, payments: away }, { orderUuid: uuid, userUuid });
    await expect(ready()).rejects.toThrow('1 by sandbox');
    await sweepAll(sale.deps);
    await ready();
  });

  test('stays ready once it was, and asks no more', async () => {
    let asked = 0;
    const elsewhere = async (): Promise<Record<string, number>> => (asked++ < 2 ? { sandbox: 1 } : {});
    const told: string[] = [];
    const check = paymentDuty({ elsewhere }, { name: 'stripe:test' }, (error) => void told.push(error.message));
    for (let times = 0; times < 2; times++) await expect(check()).rejects.toThrow('1 by sandbox');
    expect(told).toEqual([expect.stringContaining('1 by sandbox')]);
    for (let times = 0; times < 3; times++) await check();
    expect(asked).toBe(3);
  });
});
