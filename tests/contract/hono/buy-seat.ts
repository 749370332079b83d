import { hc } from 'hono/client';
import type { BookingApp } from '../../../services/booking/app.ts';
import type { EventsApp } from '../../../services/events/app.ts';
import type { SearchApp } from '../../../services/search/app.ts';

type Buyer = { userUuid: string; methodUuid: string };

/**
 * A program that a user of this code may write: finds an event by words, holds its first free seat and buys it.
 * Returns the order, and the seat as the event's page shows it afterwards.
 */
export async function buySeat(at: { events: string; booking: string; search: string }, words: string, buyer: Buyer) {
  const events = hc<EventsApp>(at.events).api.v1.management.events;
  const booking = hc<BookingApp>(at.booking).api.v1.booking;
  const search = hc<SearchApp>(at.search).api.v1.search.events;

  const found = await search.$get({ query: { q: words, size: '1' } });
  if (!found.ok) throw new Error((await found.json()).message);
  const [event] = (await found.json()).events;
  if (!event) throw new Error('nothing found');
  const seat = (await seatsOf(event.uuid)).find(({ status }) => status === 'available');
  if (!seat) throw new Error('sold out');

  const held = await booking.reservations.$post({ json: { user_uuid: buyer.userUuid, ticket_uuids: [seat.uuid] } });
  if (!held.ok) {
    const { error, message } = await held.json();
    throw new Error(error === 'ticket_not_available' ? 'too late' : message);
  }
  const reservation = await held.json();

  const placed = await booking.orders.$post({
    header: { 'idempotency-key': reservation.uuid },
    json: { reservation_uuid: reservation.uuid, payment_method_uuid: buyer.methodUuid },
  });
  if (!placed.ok) throw new Error((await placed.json()).message);
  const order = await placed.json();
  if (order.status !== 'paid') throw new Error(`wait for ${order.action?.type ?? 'the provider'}`);
  const shown = (await seatsOf(event.uuid)).find(({ uuid }) => uuid === seat.uuid);
  return { order, seat: shown };

  async function seatsOf(uuid: string) {
    const page = await events[':uuid'].$get({ param: { uuid } });
    if (!page.ok) {
      const { error, message } = await page.json();
      throw new Error(`${error}: ${message}`);
    }
    return (await page.json()).tickets;
  }
}
