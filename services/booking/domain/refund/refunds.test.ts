import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { AppError } from '../../../../shared/errors.ts';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import { sandboxMethods } from '../../adapters/sandbox/sandbox-payments.ts';
import {
  createOrder,
  findOrder,
  refundOrder,
  reserveTickets,
  type Sale,
  type SaleDeps,
  startSale,
} from '../../testing.ts';
import { PaymentUnanswered } from '../errors.ts';

let sale: Sale;
beforeAll(async () => {
  sale = await startSale();
});
afterAll(() => sale.drop());

async function bought(seats = 3) {
  const userUuid = randomUUID();
  const event = await makeEvent(sale.sql, { seats });
  const reservation = await reserveTickets(sale.deps, { userUuid, ticketUuids: event.tickets });
  const order = await createOrder(sale.deps, { reservationUuid: reservation.uuid, methodUuid: randomUUID() });
  const refund = (ticketUuids?: string[], deps: SaleDeps = sale.deps, by = userUuid) =>
    refundOrder(deps, { orderUuid: order.uuid, userUuid: by, ticketUuids });
  return { event, order, userUuid, refund };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    (): string => 'ok',
    (error): string => {
      if (!(error instanceof AppError)) throw error;
      return error.code;
    },
  );

const keptFor = async (orderUuid: string) => {
  const [row] = await sale.sql`select (case when c.status = 'voided' then 0 else c.amount end - coalesce((
    select sum(amount) from sandbox_refunds where charge_key = c.key), 0))::int as kept
    from sandbox_charges c where c.key = ${orderUuid}`;
  return row!.kept;
};

describe('a refund', () => {
  test('gives the price of each ticket back, and frees the seat', async () => {
    const { event, order, refund } = await bought();
    // A ticket that is named twice counts once.
    const [, one = ''] = event.tickets;
    expect(await refund([one, one])).toMatchObject({
      ...{ status: 'succeeded', amount: 35_000, currency: 'USD' },
      tickets: [{ uuid: one, eventUuid: event.uuid, seat: 'A2', price: 35_000 }],
    });
    expect(await keptFor(order.uuid)).toBe(70_000);
    expect(await findOrder(sale.deps, order.uuid)).toMatchObject({ status: 'paid' });
    expect(await sale.reserve(event.tickets[1]!, randomUUID())).toBe('ok');
    expect(await refund()).toMatchObject({ amount: 70_000 });
    expect(await keptFor(order.uuid)).toBe(0);
    expect(await findOrder(sale.deps, order.uuid)).toMatchObject({ status: 'refunded' });
    await sale.audit();
  });

  test('is one when it is asked for many times at once', async () => {
    const { order, refund } = await bought();
    const codes = await Promise.all(Array.from({ length: 12 }, () => codeOf(refund())));
    expect(codes.filter((code) => code === 'ok')).toHaveLength(1);
    expect(await keptFor(order.uuid)).toBe(0);
    await sale.audit();
  });

  test('of overlapping tickets at once, gives each back once', async () => {
    const { event, order, refund } = await bought();
    const [a, b, c] = event.tickets as [string, string, string];
    await Promise.all([[a, b], [b, c], [c, a], [a], [b], [c]].map((tickets) => codeOf(refund(tickets))));
    await codeOf(refund());
    expect(await keptFor(order.uuid)).toBe(0);
    await sale.audit();
  });

  test('is the buyer’s alone, of an order that is paid, within the window', async () => {
    const { event, refund, order } = await bought();
    expect(await codeOf(refund(undefined, sale.deps, randomUUID()))).toBe('order_not_found');
    for (const none of [[], [randomUUID()]]) expect(await codeOf(refund(none))).toBe('order_not_refundable');
    expect(await codeOf(refund([event.tickets[0]!, randomUUID()]))).toBe('order_not_refundable');
    const age = (by: string) => sale.sql`
      update orders set created_at = now() - ${by}::interval where uuid = ${order.uuid}`;
    await age('24 hours 1 second');
    expect(await codeOf(refund())).toBe('order_not_refundable');
    await age('23 hours 59 minutes');
    expect(await keptFor(order.uuid)).toBe(105_000);
    expect(await codeOf(refund())).toBe('ok');
    expect(await codeOf(refund())).toBe('order_not_refundable');
    await sale.audit();
  });

  test('of an order whose payment is under way, or did not come about, gives nothing back', async () => {
    for (const end of [undefined, 'failed', 'refunded'] as const) {
      const userUuid = randomUUID();
      const event = await makeEvent(sale.sql, { seats: 1 });
      const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids: event.tickets });
      const { uuid: orderUuid } = await createOrder(sale.deps, {
        reservationUuid,
        methodUuid: end === 'refunded' ? randomUUID() : sandboxMethods.lostRequest,
      });
      if (end === 'failed') await sale.sweep();
      if (end === 'refunded') await refundOrder(sale.deps, { orderUuid, userUuid });
      const before = await findOrder(sale.deps, orderUuid);
      expect(before.status).toBe(end ?? 'pending');
      expect(await codeOf(refundOrder(sale.deps, { orderUuid, userUuid }))).toBe('order_not_refundable');
      expect(await findOrder(sale.deps, orderUuid)).toEqual(before);
      await sale.sweep();
      await sale.audit();
    }
  });

  test('tells the provider the earlier refunds of its order, however often it is repeated', async () => {
    const { event, order } = await bought();
    await (await bought()).refund();
    const open = (uuid: string, ticket: string) =>
      sale.deps.refunds.open({ uuid, orderUuid: order.uuid, ticketUuids: [ticket], provider: 'sandbox' });
    const uuids = event.tickets.map(() => randomUUID());
    for (const [i, uuid] of uuids.entries()) await open(uuid, event.tickets[i]!);
    const told = [];
    for (const [i, uuid] of uuids.entries()) told.push(await open(uuid, event.tickets[i]!));
    const earlier = uuids.map((refundKey) => ({ refundKey, amount: 35_000 }));
    expect(told.map((one) => typeof one === 'object' && one.earlier)).toEqual([
      [],
      earlier.slice(0, 1),
      earlier.slice(0, 2),
    ]);
    await sale.sweep();
    expect(await keptFor(order.uuid)).toBe(0);
    await sale.audit();
  });

  test('leaves nothing of its sale at the seat, and is unchanged when the seat is sold and given back again', async () => {
    const { event, order, userUuid: buyer, refund } = await bought(1);
    const first = await refund();
    expect(await sale.deps.tickets.find(event.tickets[0]!)).toEqual({
      ...{ uuid: event.tickets[0]!, eventUuid: event.uuid, price: 35_000, currency: 'USD' },
      ...{ isOnSale: true, booked: false, ticketLimit: null },
    });
    const userUuid = randomUUID();
    const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids: event.tickets });
    const { uuid: orderUuid } = await createOrder(sale.deps, { reservationUuid, methodUuid: randomUUID() });
    expect(await refundOrder(sale.deps, { orderUuid, userUuid })).toMatchObject({ tickets: first.tickets });
    const again = { uuid: first.uuid, orderUuid: order.uuid, userUuid: buyer };
    expect(await refundOrder(sale.deps, again)).toEqual(first);
    await sale.audit();
  });

  test('to which the provider does not respond is pending, and the sweep pays it, once', async () => {
    const { event, order, refund } = await bought();
    // The money has moved, and the response is lost.
    const payments = {
      ...sale.deps.payments,
      refund: async (request: Parameters<SaleDeps['payments']['refund']>[0]) => {
        await sale.deps.payments.refund(request);
        throw new PaymentUnanswered();
      },
    };
    expect(await refund(undefined, { ...sale.deps, payments })).toMatchObject({ status: 'pending' });
    expect(await sale.reserve(event.tickets[0]!, randomUUID())).toBe('ok');
    await sale.sweep();
    await sale.sweep();
    expect(await keptFor(order.uuid)).toBe(0);
    const [row] =
      await sale.sql`select r.uuid, r.status from refunds r join orders o on o.id = r.order_id where o.uuid = ${order.uuid}`;
    expect(row!.status).toBe('succeeded');
    expect(await sale.deps.refunds.finish(row!.uuid, 'disputed')).toBe(false);
    await sale.audit();
  });

  test('takes no seat from an owner to whom it was given by hand', async () => {
    const [{ event, order, refund }, other] = [await bought(1), await bought(1)];
    await sale.sql`update tickets set order_id = (select id from orders where uuid = ${other.order.uuid})
      where uuid = ${event.tickets[0]!}`;
    expect(await refund()).toMatchObject({ status: 'succeeded', amount: 35_000 });
    expect(await keptFor(order.uuid)).toBe(0);
    expect(await sale.deps.tickets.find(event.tickets[0]!)).toMatchObject({
      booked: true,
      order: { uuid: other.order.uuid },
    });
    await sale.sql`update tickets set status = 'available', order_id = null where uuid = ${event.tickets[0]!}`;
    await sale.audit();
  });

  test('whose process died before it responded is the same when it is repeated, whole or in part', async () => {
    for (const ticketsOf of [(tickets: string[]) => tickets.slice(0, 1), () => undefined]) {
      const { event, order, userUuid } = await bought();
      const request = { uuid: randomUUID(), orderUuid: order.uuid, userUuid, ticketUuids: ticketsOf(event.tickets) };
      const payments = { ...sale.deps.payments, refund: () => Promise.reject(new Error('the process is gone')) };
      await refundOrder({ ...sale.deps, payments }, request).catch(() => {});
      const [first, second] = [await refundOrder(sale.deps, request), await refundOrder(sale.deps, request)];
      expect(first).toMatchObject({ uuid: request.uuid, status: 'succeeded' });
      expect(second).toEqual(first);
      expect(await keptFor(order.uuid)).toBe(105_000 - first.amount);
      await sale.audit();
    }
  });

  test('whose process died before it asked the provider is paid by the sweep', async () => {
    const { order, refund } = await bought();
    const payments = { ...sale.deps.payments, refund: () => Promise.reject(new Error('the process is gone')) };
    await refund(undefined, { ...sale.deps, payments }).catch(() => {});
    expect(await keptFor(order.uuid)).toBe(105_000);
    await sale.sweep();
    expect(await keptFor(order.uuid)).toBe(0);
    await sale.audit();
  });
});
