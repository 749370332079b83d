import { randomUUID } from 'node:crypto';
import type { Target } from '../rig/targets.ts';

export type Ticket = { uuid: string; price: number; seat: string; status: 'available' | 'reserved' | 'booked' };
export type Event = {
  uuid: string;
  name: string;
  description: string;
  date: string;
  venue: { uuid: string; location: string; seat_map: Record<string, unknown> };
  performers: { uuid: string; name: string; age: number; description: string }[];
  tickets: Ticket[];
};

const paths = {
  reserve: '/api/v1/booking/tickets/reserve',
  confirm: '/api/v1/booking/tickets/confirm',
  events: '/api/v1/management/events',
  search: '/api/v1/search/events',
  suggest: '/api/v1/search/suggest',
};

/** A client as a user of the original would write it: base addresses in, plain responses out. */
export function client(target: Target) {
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${target.booking}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return {
    paths,
    post,
    reserve: (ticket_uuid: string, user_uuid: string) => post(paths.reserve, { ticket_uuid, user_uuid }),
    confirm: (ticket_uuid: string, user_uuid: string, payment_method_uuid: string = randomUUID()) =>
      post(paths.confirm, { ticket_uuid, user_uuid, payment_method_uuid }),
    event: (uuid: string) => fetch(`${target.events}${paths.events}/${uuid}`),
    list: (query = '') => fetch(`${target.events}${paths.events}${query}`),
    search: (query: string) => fetch(`${target.search}${paths.search}${query}`),
    suggest: (query: string) => fetch(`${target.search}${paths.suggest}${query}`),

    async readEvent(uuid: string): Promise<Event> {
      const response = await this.event(uuid);
      if (response.status !== 200) throw new Error(`event ${uuid}: ${response.status} ${await response.text()}`);
      return (await response.json()) as Event;
    },

    async status(eventUuid: string, ticketUuid: string): Promise<string | undefined> {
      return (await this.readEvent(eventUuid)).tickets.find((ticket) => ticket.uuid === ticketUuid)?.status;
    },

    /** An upcoming event with at least `count` free seats, and those seats. */
    async freeSeats(count: number): Promise<{ event: Event; seats: Ticket[] }> {
      const { events } = (await (await this.list('?limit=50')).json()) as { events: { uuid: string }[] };
      for (const { uuid } of events) {
        const event = await this.readEvent(uuid);
        const seats = event.tickets.filter((ticket) => ticket.status === 'available').slice(0, count);
        if (seats.length === count) return { event, seats };
      }
      throw new Error(`no event with ${count} free seats`);
    },
  };
}

export type Client = ReturnType<typeof client>;
