import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import {
  confirmTicket,
  createOrder,
  outcomeOf,
  reserveBest,
  reserveTicket,
  reserveTickets,
  type Sale,
  type SaleDeps,
  startSale,
} from '../../testing.ts';
import { AmountNotChargeable } from '../errors.ts';
import type { PaymentProvider } from '../payment/payment-provider.ts';

let sale: Sale;
beforeAll(async () => {
  sale = await startSale();
});
afterAll(() => sale.drop());

const totalsOf = async (userUuid: string) =>
  (await sale.deps.orders.list({ userUuid, limit: 10 })).map(({ total, currency }) => [total, currency]);
const price = (ticket: string, to: number, currency = 'USD') =>
  sale.sql`update tickets set price = ${to}, currency = ${currency} where uuid = ${ticket}`;

describe('the original’s confirm', () => {
  test('charges the price at which the ticket was reserved, whatever it costs now', async () => {
    const [user, event] = [randomUUID(), await makeEvent(sale.sql, { seats: 1, price: 1000 })];
    const [ticket = ''] = event.tickets;
    await sale.reserve(ticket, user);
    await price(ticket, 99_000, 'EUR');
    // Repeating the reserve changes nothing.
    await sale.reserve(ticket, user);
    expect(await sale.confirm(ticket, user, randomUUID())).toBe('ok');
    expect(await totalsOf(user)).toEqual([[1000, 'USD']]);
    await sale.audit();
  });

  test('charges the price of the moment of the reserve, though the process remembers an older one', async () => {
    for (const [amount, currency] of [
      [2000, 'EUR'],
      [1000, 'EUR'],
      [2000, 'USD'],
    ] as const) {
      const [ann, bob, event] = [randomUUID(), randomUUID(), await makeEvent(sale.sql, { seats: 1, price: 1000 })];
      const [ticket = ''] = event.tickets;
      await sale.reserve(ticket, ann);
      await sale.expire(ticket);
      await price(ticket, amount, currency);
      expect(await sale.reserve(ticket, bob)).toBe('ok');
      expect(await sale.confirm(ticket, bob, randomUUID())).toBe('ok');
      expect(await totalsOf(bob)).toEqual([[amount, currency]]);
    }
  });

  test('charges the price of the reservation for a ticket that was reserved together with others', async () => {
    const [userUuid, event] = [randomUUID(), await makeEvent(sale.sql, { seats: 2, price: 1000 })];
    await reserveTickets(sale.deps, { userUuid, ticketUuids: event.tickets });
    await price(event.tickets[0]!, 5000);
    expect(await sale.confirm(event.tickets[0]!, userUuid, randomUUID())).toBe('ok');
    expect(await totalsOf(userUuid)).toEqual([[1000, 'USD']]);
  });

  test('charges the current price for a hold of the first releases, which stored none', async () => {
    const [user, event] = [randomUUID(), await makeEvent(sale.sql, { seats: 1, price: 1000 })];
    const [ticket = ''] = event.tickets;
    await sale.reserve(ticket, user);
    await sale.sql`update ticket_locks set note = null where ticket_uuid = ${ticket}`;
    await price(ticket, 700);
    expect(await sale.confirm(ticket, user, randomUUID())).toBe('ok');
    expect(await totalsOf(user)).toEqual([[700, 'USD']]);
  });
});

test('the database refuses a price that no sum keeps exactly; such a ticket of the first releases is not for sale', async () => {
  const event = await makeEvent(sale.sql, { seats: 2 });
  const [a = '', b = ''] = event.tickets;
  const most = 100_000_000_000;
  await price(a, most);
  await expect(Promise.resolve(price(b, most + 1))).rejects.toThrow('must be from 0 to 100000000000 minor units');
  await sale.sql`alter table tickets disable trigger tickets_guard`;
  for (const ticket of event.tickets)
    await sale.sql`update tickets set price = 9223372036854775807 where uuid = ${ticket}`;
  await sale.sql`alter table tickets enable always trigger tickets_guard`;
  const userUuid = randomUUID();
  expect(await sale.reserve(a, userUuid)).toBe('ticket_not_available');
  for (const ticket of event.tickets) {
    const held = reserveTickets(sale.deps, { userUuid, ticketUuids: [ticket] });
    expect(await outcomeOf(held)).toEqual({ code: 'ticket_not_available', conflicts: [ticket] });
  }
  const best = reserveBest(sale.deps, { userUuid, eventUuid: event.uuid, quantity: 1 });
  expect(await outcomeOf(best)).toEqual({ code: 'ticket_not_available', conflicts: [] });
});

test('a hold keeps its price when it becomes part of a reservation', async () => {
  const [userUuid, event] = [randomUUID(), await makeEvent(sale.sql, { seats: 2, price: 2500 })];
  await sale.reserve(event.tickets[0]!, userUuid);
  for (const ticket of event.tickets) await price(ticket, 9000);
  const { uuid: reservationUuid, total } = await reserveTickets(sale.deps, { userUuid, ticketUuids: event.tickets });
  expect(total).toBe(11_500);
  await createOrder(sale.deps, { reservationUuid, methodUuid: randomUUID() });
  expect(await totalsOf(userUuid)).toEqual([[11_500, 'USD']]);
  await sale.audit();
});

describe('an amount that the provider can’t charge', () => {
  const bounds: PaymentProvider['bounds'] = (currency) =>
    currency === 'USD' ? { min: 50, max: 10_000, step: 10 } : undefined;
  const strict = (): SaleDeps => ({ ...sale.deps, payments: { ...sale.deps.payments, bounds } });

  test.each([
    [30, 'USD'],
    [10_001, 'USD'],
    [55, 'USD'],
    [100, 'XTS'],
  ])('of %d %s can’t be held, by no way of reserving', async (amount, currency) => {
    const event = await makeEvent(sale.sql, { seats: 1 });
    const [ticket = ''] = event.tickets;
    await price(ticket, amount, currency);
    const userUuid = randomUUID();
    const refusal = {
      code: 'amount_not_chargeable',
      amount,
      currency,
      ...(currency === 'USD' && { bounds: { min: 50, max: 10_000, step: 10 } }),
    };
    expect(await outcomeOf(reserveTicket(strict(), ticket, userUuid))).toEqual(refusal);
    expect(await outcomeOf(reserveTickets(strict(), { userUuid, ticketUuids: [ticket] }))).toEqual(refusal);
    const best = { userUuid, eventUuid: event.uuid, quantity: 1 };
    expect(await outcomeOf(reserveBest(strict(), best))).toEqual(refusal);
    expect(await sale.deps.locks.list(event.uuid)).toEqual([]);
    expect((await sale.sql`select from reservations where user_uuid = ${userUuid}`).length).toBe(0);
  });

  test('is also one of which a single ticket could not be refunded by itself', async () => {
    const event = await makeEvent(sale.sql, { seats: 2, price: 55 });
    const request = { userUuid: randomUUID(), ticketUuids: event.tickets };
    const refusal = { code: 'amount_not_chargeable', amount: 55 };
    expect(await outcomeOf(reserveTickets(strict(), request))).toMatchObject(refusal);
    const { uuid: reservationUuid } = await reserveTickets(sale.deps, request);
    const order = createOrder(strict(), { reservationUuid, methodUuid: randomUUID() });
    expect(await outcomeOf(order)).toMatchObject(refusal);
  });

  test('of several seats together is their sum', async () => {
    const event = await makeEvent(sale.sql, { seats: 2, price: 30 });
    const request = { userUuid: randomUUID(), ticketUuids: event.tickets };
    const { uuid: reservationUuid } = await reserveTickets(strict(), request);
    const order = await createOrder(strict(), { reservationUuid, methodUuid: randomUUID() });
    expect(order).toMatchObject({ status: 'paid', total: 60 });
  });

  test('is refused at the purchase, and the seats stay the buyer’s; and none is charged', async () => {
    const event = await makeEvent(sale.sql, { seats: 2, price: 20 });
    const userUuid = randomUUID();
    const [single = '', other = ''] = event.tickets;
    await sale.reserve(single, userUuid);
    const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids: [other] });
    const [confirmation, order] = [
      () => confirmTicket(strict(), { ticketUuid: single, userUuid, methodUuid: randomUUID() }),
      () => createOrder(strict(), { reservationUuid, methodUuid: randomUUID() }),
    ];
    for (let times = 0; times < 2; times++) {
      for (const buy of [confirmation, order]) {
        expect(await outcomeOf(buy())).toMatchObject({ code: 'amount_not_chargeable', amount: 20 });
      }
    }
    expect(await totalsOf(userUuid)).toEqual([]);
    expect((await sale.deps.locks.list(event.uuid)).sort()).toEqual(event.tickets.toSorted());
    expect(await sale.confirm(single, userUuid, randomUUID())).toBe('ok');
  });

  test('that only the provider itself knows of ends the order, and the seats stay the buyer’s', async () => {
    const event = await makeEvent(sale.sql, { seats: 1, price: 60 });
    const userUuid = randomUUID();
    const refusing: SaleDeps = {
      ...sale.deps,
      payments: {
        ...sale.deps.payments,
        authorise: ({ amount, currency }) => Promise.reject(new AmountNotChargeable({ amount, currency })),
      },
    };
    const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids: event.tickets });
    const order = (deps: SaleDeps) => outcomeOf(createOrder(deps, { reservationUuid, methodUuid: randomUUID() }));
    expect(await order(refusing)).toMatchObject({ code: 'amount_not_chargeable' });
    expect(await order(refusing)).toMatchObject({ code: 'amount_not_chargeable' });
    expect(await order(sale.deps)).toMatchObject({ status: 'paid' });
    await sale.audit();
  });

  test('is not checked for free tickets', async () => {
    const event = await makeEvent(sale.sql, { seats: 1, price: 0 });
    const request = { userUuid: randomUUID(), ticketUuids: event.tickets };
    const { uuid: reservationUuid } = await reserveTickets(strict(), request);
    expect(await createOrder(strict(), { reservationUuid, methodUuid: randomUUID() })).toMatchObject({
      status: 'paid',
    });
  });
});
