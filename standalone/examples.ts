import { randomUUID } from 'node:crypto';
import { demoEventUuid } from '../drizzle/seed/demo.ts';
import type { Db } from '../shared/db/client.ts';

export type Ports = { events: number; booking: number; search: number };

/** The payment provider, and whether booking checks tokens. */
export type Sale = { payments: 'sandbox' | 'stripe:test' | 'stripe:live'; tokens: boolean };

/**
 * Returns lines to paste into a shell: find an event by misspelt words, read it, hold a seat that is free now, and buy
 * it. Lines that can't work as pasted are left out: booking where it needs a token, and a payment without a test card.
 */
export async function examples(sql: Db['sql'], { events, booking, search }: Ports, sale: Sale): Promise<string> {
  const event = `http://127.0.0.1:${events}/api/v1/management/events/${demoEventUuid}`;
  const find = `  curl 'http://127.0.0.1:${search}/api/v1/search/events?q=madisn+sqare&size=1'`;
  if (sale.tokens) return [find, '', `  and see its seats: ${event}`, ''].join('\n');

  const hold = { ticket_uuid: await freeTicket(sql), user_uuid: randomUUID() };
  const api = `http://127.0.0.1:${booking}/api/v1/booking`;
  const buy = purchase(api, hold, sale.payments);
  return [
    find,
    `  curl -i ${post(`${api}/tickets/reserve`, hold)}`,
    ...buy.map((line) => `  ${line}`),
    '',
    `  and see the seat ${buy.length > 0 ? 'gone' : 'held'}: ${event}`,
    '',
  ].join('\n');
}

function purchase(api: string, hold: { user_uuid: string }, payments: Sale['payments']): string[] {
  const confirm = (method: string) =>
    `curl -i ${post(`${api}/tickets/confirm`, { ...hold, payment_method_uuid: method })}`;
  if (payments === 'sandbox') return [confirm(randomUUID())];
  // A card of live mode comes from Stripe.js alone.
  if (payments === 'stripe:live') return [];
  const card = { user_uuid: hold.user_uuid, reference: 'pm_card_visa' };
  return [`card=$(curl -s ${post(`${api}/payment-methods`, card)} | cut -d '"' -f 4)`, confirm(`'"$card"'`)];
}

const post = (url: string, body: object) =>
  `${url} -H 'Content-Type: application/json' -d '${JSON.stringify(body).replaceAll('\\"', '"')}'`;

/** A free seat of the demo event; when it is sold out, of any event. */
async function freeTicket(sql: Db['sql']): Promise<string> {
  const [row] = await sql<{ uuid: string }[]>`
    select t.uuid from tickets t join events e on e.id = t.event_id
    where t.status = 'available' and t.order_id is null
      and not exists (select from ticket_locks l where l.ticket_uuid = t.uuid and l.expires_at > now())
    order by e.uuid <> ${demoEventUuid}, t.id limit 1`;
  return row?.uuid ?? randomUUID();
}
