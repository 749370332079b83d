import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Author } from '../../../../shared/audit/audit-log.ts';
import { findOrder, refundOrder, reserveTickets, type Sale, startSale } from '../../../booking/testing.ts';
import { postgresOffers } from '../../adapters/postgres/offers.ts';
import { postgresPlans } from '../../adapters/postgres/plans.ts';
import { postgresPrices } from '../../adapters/postgres/prices.ts';
import { planWorkHere } from '../../plan-work.ts';
import { addPlan } from '../plan/add-plan.ts';
import { changePrices } from './change-prices.ts';
import { putOffer } from './put-offer.ts';
import { runOffer } from './run-offer.ts';

const author: Author = { actor: { is: 'anyone' } };

let sale: Sale;
beforeAll(async () => {
  sale = await startSale();
});
afterAll(() => sale.drop());

/** An event with four seats at 1000, and ways to change that. */
async function makeShow() {
  const ports = {
    offers: postgresOffers(sale.db),
    plans: postgresPlans(sale.db),
    planWork: planWorkHere,
    prices: postgresPrices(sale.db),
    locks: sale.deps.locks,
    feed: { publish: () => {} },
  };
  const [venue] = await sale.sql<{ id: number; uuid: string }[]>`
    insert into venues (location) values ('A hall') returning id::float8 as id, uuid`;
  const [event] = await sale.sql<{ uuid: string }[]>`
    insert into events (name, date, venue_id, sale_currency)
    values ('A show', now() + interval '30 days', ${venue!.id}, 'EUR') returning uuid`;
  const text = 'section,row,seat,category\n,A,1,All\n,A,2,All\n,A,3,All\n,A,4,All\n';
  const { plan } = await addPlan(ports, author, { venueUuid: venue!.uuid, file: { text } });
  const eventUuid = event!.uuid;
  const offer = async (price: number) => {
    const request = { eventUuid, planUuid: plan.uuid, offer: { prices: { All: price }, rates: [], holdBacks: [] } };
    const { running } = await putOffer(ports, author, request);
    await runOffer(ports, running!);
  };
  await offer(1000);
  const tickets = await sale.sql<{ uuid: string }[]>`
    select t.uuid from tickets t join events e on e.id = t.event_id where e.uuid = ${eventUuid} order by place`;
  return {
    offer,
    percent: (percent: number) => changePrices(ports, author, { eventUuid, category: 'All', to: { percent } }),
    tickets: tickets.map(({ uuid }) => uuid),
  };
}

/** Buys a ticket, and returns its order. */
async function buy(ticket: string, user: string) {
  expect(await sale.reserve(ticket, user)).toBe('ok');
  return confirm(ticket, user);
}

async function confirm(ticket: string, user: string) {
  expect(await sale.confirm(ticket, user, randomUUID())).toBe('ok');
  const [order] = await sale.sql<{ uuid: string; total: number }[]>`
    select o.uuid, o.total::int as total from orders o join order_tickets ot on ot.order_id = o.id
    join tickets t on t.id = ot.ticket_id where t.uuid = ${ticket} order by o.id desc limit 1`;
  return order!;
}

test('a seat that comes free again sells at the price of then, and no order or hold changes', async () => {
  const { offer, percent, tickets } = await makeShow();
  const [sold, held, released, free] = tickets as [string, string, string, string];
  const [buyer, next] = [randomUUID(), randomUUID()];
  const order = await buy(sold, buyer);
  for (const ticket of [held, released]) expect(await sale.reserve(ticket, buyer)).toBe('ok');
  await offer(2000);
  expect(await percent(10)).toEqual({ changed: 4 });
  expect(await buy(free, next)).toMatchObject({ total: 2200 });

  expect(await confirm(held, buyer)).toMatchObject({ total: 1000 });
  await sale.sql`delete from ticket_locks where ticket_uuid = ${released}`;
  expect(await buy(released, next)).toMatchObject({ total: 2200 });

  const refund = await refundOrder(sale.deps, { orderUuid: order.uuid, userUuid: buyer });
  expect(refund).toMatchObject({ amount: 1000, tickets: [{ price: 1000 }] });
  const reservation = await reserveTickets(sale.deps, { userUuid: next, ticketUuids: [sold] });
  expect(reservation).toMatchObject({ total: 2200 });
  expect(await findOrder(sale.deps, order.uuid)).toMatchObject({
    ...{ status: 'refunded', total: 1000 },
    tickets: [{ price: 1000 }],
  });
  await sale.sweep();
  await sale.audit();
});

test('what was sold in another currency keeps its price, which is in that one', async () => {
  const { percent, tickets } = await makeShow();
  const [other] = tickets;
  await sale.sql`update tickets set status = 'booked', currency = 'USD' where uuid = ${other!}`;
  expect(await percent(10)).toEqual({ changed: 3 });
  const [kept] = await sale.sql`select price::int as price from tickets where uuid = ${other!}`;
  expect(kept).toEqual({ price: 1000 });
});
