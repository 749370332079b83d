import { randomUUID } from 'node:crypto';
import { demoEventUuid } from '../drizzle/seed/demo.ts';
import type { Db } from '../shared/db/client.ts';

export type Ports = { events: number; booking: number; search: number };

/** Lines to paste into a shell: find an event by misspelt words, look at it, hold a seat that is free now, and buy it. */
export async function examples(sql: Db['sql'], { events, booking, search }: Ports): Promise<string> {
  const ticket = await freeTicket(sql);
  const purchase = { ticket_uuid: ticket, user_uuid: randomUUID(), payment_method_uuid: randomUUID() };
  const { payment_method_uuid: _, ...hold } = purchase;
  const post = (verb: string, body: object) =>
    `curl -i http://127.0.0.1:${booking}/api/v1/booking/tickets/${verb} -H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`;
  return [
    `  curl 'http://127.0.0.1:${search}/api/v1/search/events?q=madisn+sqare&size=1'`,
    `  ${post('reserve', hold)}`,
    `  ${post('confirm', purchase)}`,
    '',
    `  and see the seat gone: http://127.0.0.1:${events}/api/v1/management/events/${demoEventUuid}`,
    '',
  ].join('\n');
}

/** A free seat of the demo event; when it is sold out, of any event. */
async function freeTicket(sql: Db['sql']): Promise<string> {
  const [row] = await sql<{ uuid: string }[]>`
    select t.uuid from tickets t join events e on e.id = t.event_id
    where t.status = 'available' and t.order_id is null
      and not exists (select from ticket_locks l where l.ticket_uuid = t.uuid and l.expires_at > now())
    order by e.uuid <> ${demoEventUuid}, t.id limit 1`;
  return row?.uuid ?? randomUUID();
}
