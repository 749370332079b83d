import createClient from 'openapi-fetch';
import type { paths as Booking } from './booking.ts';
import type { paths as Events } from './events.ts';
import type { paths as Search } from './search.ts';

type Buyer = { userUuid: string; methodUuid: string };

/**
 * A program that a reader of the documents may write: finds an event by words, holds its first free seat and buys it.
 * Returns the order, and the seat as the event's page shows it afterwards.
 */
export async function buySeat(at: { events: string; booking: string; search: string }, words: string, buyer: Buyer) {
  const events = createClient<Events>({ baseUrl: at.events });
  const booking = createClient<Booking>({ baseUrl: at.booking });
  const search = createClient<Search>({ baseUrl: at.search });

  const found = await search.GET('/api/v1/search/events', { params: { query: { q: words, size: 1 } } });
  const event = found.data?.events[0];
  if (!event) throw new Error(`nothing found: ${found.error?.message}`);
  const seat = (await seatsOf(event.uuid)).find(({ status }) => status === 'available');
  if (!seat) throw new Error('sold out');

  const held = await booking.POST('/api/v1/booking/reservations', {
    body: { user_uuid: buyer.userUuid, ticket_uuids: [seat.uuid] },
  });
  if (held.error) throw new Error(held.error.error === 'ticket_not_available' ? 'too late' : held.error.message);

  const order = await booking.POST('/api/v1/booking/orders', {
    params: { header: { 'idempotency-key': held.data.uuid } },
    body: { reservation_uuid: held.data.uuid, payment_method_uuid: buyer.methodUuid },
  });
  if (order.error) throw new Error(order.error.message);
  if (order.data.status !== 'paid') throw new Error(`wait for ${order.data.action?.type ?? 'the provider'}`);
  const shown = (await seatsOf(event.uuid)).find(({ uuid }) => uuid === seat.uuid);
  return { order: order.data, seat: shown };

  async function seatsOf(uuid: string) {
    const { data, error } = await events.GET('/api/v1/management/events/{uuid}', { params: { path: { uuid } } });
    if (error) throw new Error(`${error.error}: ${error.message}`);
    return data.tickets;
  }
}
