import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import { createOrder, reserveTickets, type Sale, startSale } from '../../testing.ts';
import { sandboxMethods } from '../sandbox/sandbox-payments.ts';

let sale: Sale;
beforeAll(async () => {
  sale = await startSale();
});
afterAll(() => sale.drop());

const some = (seats: number, more = {}) => makeEvent(sale.sql, { seats, ...more });
const reserve = (ticketUuids: string[], userUuid = randomUUID()) =>
  reserveTickets(sale.deps, { userUuid, ticketUuids });
const order = (reservationUuid: string, methodUuid: string = randomUUID()) =>
  createOrder(sale.deps, { reservationUuid, methodUuid });
/** As if the lock store had lost everything. */
const loseLocks = () => sale.sql`truncate ticket_locks`;
const locksOf = (ticketUuids: string[]) => ticketUuids.map((ticketUuid) => ({ ticketUuid, token: randomUUID() }));

const most = 100_000_000_000;

/** Seats: free, as dear as may be, too dear for the sale, marked as booked by hand, and being paid for. */
async function mixed() {
  const event = await some(5);
  const [free = '', dearest = '', tooDear = '', booked = '', claimed = ''] = event.tickets;
  await order((await reserve([claimed])).uuid, sandboxMethods.lostAnswer);
  await loseLocks();
  await sale.sql`update tickets set status = 'booked' where uuid = ${booked}`;
  await sale.sql`alter table tickets disable trigger tickets_guard`;
  await sale.sql`update tickets set price = case uuid when ${dearest} then ${most}::bigint else ${most}::bigint + 1 end
    where uuid in (${dearest}, ${tooDear})`;
  await sale.sql`alter table tickets enable always trigger tickets_guard`;
  return { event, free, dearest, tooDear, booked, claimed };
}

describe('a reservation is made', () => {
  test('of tickets that are for sale, and names all others', async () => {
    const { event, free, dearest, tooDear, booked, claimed } = await mixed();
    const [other = ''] = (await some(1)).tickets;
    const request = { userUuid: randomUUID(), eventUuid: event.uuid };
    const { create } = sale.deps.reservations;
    for (const one of [booked, claimed, tooDear, other]) {
      expect(await create({ ...request, locks: locksOf([free, one]) })).toEqual({ conflicts: [one] });
    }
    const made = await create({ ...request, locks: locksOf([free, dearest]) });
    expect(made).toMatchObject({ made: { total: most + 35_000 } });
    expect(await sale.deps.tickets.find(dearest)).toMatchObject({ booked: false });
  });

  test('and offered of the same seats', async () => {
    const { event, free, dearest } = await mixed();
    const { isOnSale, seats } = (await sale.deps.tickets.seatsOf(event.uuid))!;
    expect([isOnSale, seats.map((seat) => [seat.uuid, seat.free])]).toEqual([
      true,
      event.tickets.map((uuid) => [uuid, [free, dearest].includes(uuid)]),
    ]);
  });

  test('and later writes to them are found, with a new version when one is deleted', async () => {
    const event = await some(4);
    const { seatsOf, seatsSince } = sale.deps.tickets;
    const { mark } = (await seatsOf(event.uuid))!;
    const [sold = '', gone = ''] = event.tickets;
    await sale.sql`update tickets set status = 'booked' where uuid = ${sold}`;
    const news = (await seatsSince(event.uuid, mark.since))!;
    const unplanned = { place: null, category: null };
    expect(news.mark.version).toBe(mark.version);
    expect(news.isOnSale).toBe(true);
    expect(news.seats).toContainEqual({ uuid: sold, seat: 'A1', price: 35_000, currency: 'USD', free: false, ...unplanned });
    expect((await seatsSince(event.uuid, news.mark.since))!.seats).toEqual([]);
    await sale.sql`delete from tickets where uuid = ${gone}`;
    expect((await seatsSince(event.uuid, news.mark.since))!.mark.version).not.toBe(mark.version);
    expect(await seatsSince(randomUUID(), mark.since)).toBeUndefined();
  });

  test('not of an event that is over, and nothing is written', async () => {
    const { uuid: eventUuid, tickets } = await some(1, { date: new Date(0) });
    const userUuid = randomUUID();
    expect(await sale.deps.reservations.create({ userUuid, eventUuid, locks: locksOf(tickets) })).toEqual({
      isEnded: true,
    });
    expect(await sale.sql`select from reservations where user_uuid = ${userUuid}`).toHaveLength(0);
  });
});

test('tickets that a user has bought or is paying for count, of that event and of no other user', async () => {
  const user = randomUUID();
  const event = await some(4);
  const [paid = '', pending = '', given = '', others = ''] = event.tickets;
  await order((await reserve([paid], user)).uuid);
  await order((await reserve([pending], user)).uuid, sandboxMethods.lostAnswer);
  const declined = order((await reserve([given], user)).uuid, sandboxMethods.declined);
  await declined.catch(() => {});
  await order((await reserve([others])).uuid);
  await order((await reserve((await some(1)).tickets, user)).uuid);
  expect((await sale.deps.tickets.boughtBy(user, event.uuid)).sort()).toEqual([paid, pending].sort());
  await sale.sweep();
});

describe('a release', () => {
  test('is not held up by an order of another user, who has the seats since the locks were lost', async () => {
    const { tickets } = await some(2);
    const lost = await reserve(tickets);
    await loseLocks();
    const { uuid } = await order((await reserve(tickets)).uuid, sandboxMethods.lostAnswer);
    expect(await sale.deps.reservations.release(lost.uuid)).toBe(true);
    await sale.sweep();
    expect(await sale.deps.orders.view(uuid)).toMatchObject({ status: 'paid' });
  });

  test('finds the order of the reservation, also one of the first releases, which wrote no locks down', async () => {
    const { uuid: reservationUuid } = await reserve((await some(2)).tickets);
    const { uuid } = await order(reservationUuid, sandboxMethods.lostAnswer);
    await sale.sql`update order_tickets set token = null where order_id = (select id from orders where uuid = ${uuid})`;
    expect(await sale.deps.reservations.release(reservationUuid)).toMatchObject({ order: { uuid, status: 'pending' } });
    await sale.sweep();
    expect(await sale.deps.reservations.release(reservationUuid)).toMatchObject({ order: { uuid, status: 'paid' } });
  });

  test('is noted once: again changes nothing', async () => {
    const { uuid } = await reserve((await some(1)).tickets);
    const row = () => sale.sql`select * from reservations where uuid = ${uuid}`;
    expect(await sale.deps.reservations.release(uuid)).toBe(true);
    const before = await row();
    expect(await sale.deps.reservations.release(uuid)).toBe(true);
    expect(await row()).toEqual(before);
    // As the first releases could note it.
    const bought = await reserve((await some(1)).tickets);
    await order(bought.uuid);
    await sale.sql`update reservations set released_at = now() where uuid = ${bought.uuid}`;
    expect(await sale.deps.reservations.release(bought.uuid)).toBe(true);
  });
});

test('a reservation that was bought is not forgotten', async () => {
  const { reservations } = sale.deps;
  const [bought, told] = [await reserve((await some(1)).tickets), await reserve((await some(1)).tickets)];
  await order(bought.uuid);
  for (const { uuid } of [bought, told]) await reservations.discard(uuid);
  expect(await reservations.find(bought.uuid)).toMatchObject({ total: 35_000 });
  expect(await reservations.find(told.uuid)).toBeUndefined();
});
