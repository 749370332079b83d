import type { Actor } from '../../../../shared/auth/actor.ts';
import { unknownCursor } from '../../../../shared/errors.ts';
import { mustSeeSales } from '../event/organised-event.ts';
import type { Ports } from '../ports.ts';
import type { EventOrder, EventTicket, OrderFilter, OrderPage } from './sales.ts';

type SalesPorts = Pick<Ports, 'eventChanges' | 'eventSales'>;
type Asked = { actor: Actor; eventUuid: string };

/** An export reads so many orders at a time, and keeps no more in memory. */
const atOnce = 500;

/**
 * Returns a page of the orders of an event, the newest first. Throws as `mustSeeSales`, and `invalid_request` for an
 * `after` that is no order of the event: an empty page would look like the end.
 */
export async function listEventOrders(
  ports: SalesPorts,
  { actor, eventUuid, ...page }: Asked & OrderPage,
): Promise<EventOrder[]> {
  await mustSeeSales(ports, { actor, eventUuid });
  const orders = await ports.eventSales.orders(eventUuid, page);
  if (!orders) throw unknownCursor();
  return orders;
}

/** Returns all orders of an event, the newest first, in pages of one moment each. Throws as `mustSeeSales`. */
export async function exportOrders(
  ports: SalesPorts,
  { actor, eventUuid, filter }: Asked & { filter: OrderFilter },
): Promise<AsyncIterable<EventOrder[]>> {
  await mustSeeSales(ports, { actor, eventUuid });
  return orderPages(ports, eventUuid, filter);
}

async function* orderPages({ eventSales }: SalesPorts, eventUuid: string, filter: OrderFilter) {
  for (let after: string | undefined; ; ) {
    const orders = await eventSales.orders(eventUuid, { filter, after, limit: atOnce });
    if (!orders) throw new Error(`order ${after} has gone`);
    if (orders.length > 0) yield orders;
    if (orders.length < atOnce) return;
    after = orders.at(-1)!.uuid;
  }
}

/** Returns all tickets of an event, those that are held told apart, in pages. Throws as `mustSeeSales`. */
export async function exportTickets(
  ports: SalesPorts & Pick<Ports, 'locks'>,
  { actor, eventUuid }: Asked,
): Promise<AsyncIterable<ExportedTicket[]>> {
  await mustSeeSales(ports, { actor, eventUuid });
  return ticketPages(ports, eventUuid, new Set(await ports.locks.list(eventUuid)));
}

export type ExportedTicket = Omit<EventTicket, 'status'> & { status: EventTicket['status'] | 'held' };

async function* ticketPages({ eventSales }: SalesPorts, eventUuid: string, locked: Set<string>) {
  for await (const tickets of eventSales.tickets(eventUuid)) {
    yield tickets.map(
      (ticket): ExportedTicket =>
        ticket.status === 'free' && locked.has(ticket.uuid) ? { ...ticket, status: 'held' } : ticket,
    );
  }
}
