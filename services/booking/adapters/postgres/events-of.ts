import { LRUCache } from 'lru-cache';
import type { Db, Fragment } from '../../../../shared/db/client.ts';

/** In place of an event, for statements that never wait for locked rows: they are gathered across all events. */
export const ofAllEvents = 'all events';

const remembered = 20_000;

/**
 * Maps an order, a reservation or a refund to the event whose share of the connections its statements use. An unknown
 * one maps to its own uuid.
 */
export type EventsOf = {
  order(uuid: string): Promise<string>;
  reservation(uuid: string): Promise<string>;
  refund(uuid: string): Promise<string>;
  /** Remembers the event without a read: each of them belongs to one event for good. */
  note(uuid: string, eventUuid: string): void;
};

/**
 * Returns a function that runs work on an order, a reservation or a refund, which may wait for locked rows: with the
 * connections of its event.
 */
export const onShareOf =
  ({ run, share }: Pick<Db, 'run' | 'share'>, eventOf: (uuid: string) => Promise<string>) =>
  <T>(uuid: string, work: (sql: Db['sql']) => PromiseLike<T>): Promise<T> =>
    run(async () => share(await eventOf(uuid), work));

type Row = { eventUuid: string | null };

/** Remembers the events of orders, reservations and refunds, or reads them, which waits for no locked rows. */
export function eventsOf({ sql }: Pick<Db, 'sql'>): EventsOf {
  const known = new LRUCache<string, string>({ max: remembered });

  const finding = (read: (uuid: string) => PromiseLike<Row[]>) => async (uuid: string) => {
    const eventUuid = known.get(uuid) ?? (await read(uuid))[0]?.eventUuid;
    if (!eventUuid) return uuid;
    known.set(uuid, eventUuid);
    return eventUuid;
  };

  const ofOrder = (condition: Fragment) => sql<Row[]>`
    select coalesce(e.uuid, ot.event_uuid) as "eventUuid" from orders o join order_tickets ot on ot.order_id = o.id
    left join tickets t on t.id = ot.ticket_id left join events e on e.id = t.event_id
    where ${condition} limit 1`;

  return {
    order: finding((uuid) => ofOrder(sql`o.uuid = ${uuid}`)),
    refund: finding((uuid) => ofOrder(sql`o.id = (select order_id from refunds where uuid = ${uuid})`)),
    reservation: finding(
      (uuid) => sql<Row[]>`
        select e.uuid as "eventUuid" from reservations r join events e on e.id = r.event_id where r.uuid = ${uuid}`,
    ),
    note: (uuid, eventUuid) => void known.set(uuid, eventUuid),
  };
}
