import type { Random } from '../drizzle/seed/random.ts';
import type { Api, Ask, Reply } from './api.ts';
import {
  count,
  entry,
  type HeldSeats,
  type Ledger,
  type OrderRequest,
  type RefundRequest,
  type SeenOrder,
  see,
  tell,
} from './ledger.ts';

const path = '/api/v1/booking';

export type Wish = { ticket_uuids: string[] } | { event_uuid: string; quantity: number; section?: string };

export type Requests = ReturnType<typeof createRequests>;

/**
 * Every request of one buyer. Each is repeated until it is answered, and what was told goes into the ledger; undefined
 * when no answer came in a while.
 */
export function createRequests(api: Api, ledger: Ledger, random: Random, user: string) {
  const insist = (request: Ask, onReply?: (reply: Reply) => void) => api.insist(random, request, onReply);
  const post = (name: string, at: string, body?: object) =>
    insist({ name, method: 'POST', path: `${path}/${at}`, ...(body && { body }) });

  return {
    reserve: (ticket: string) => post('reserve', 'tickets/reserve', { ticket_uuid: ticket, user_uuid: user }),

    async confirm(ticket: string, method: string) {
      const noted = entry(ledger.confirmations, `${user} ${ticket}`, () => ({ user, ticket, paid: false }));
      const body = { ticket_uuid: ticket, user_uuid: user, payment_method_uuid: method };
      const reply = await post('confirm', 'tickets/confirm', body);
      if (reply?.status === 200) noted.paid = true;
      return reply;
    },

    /** What the provider calls `reference`; its uuid. */
    async register(reference: string): Promise<string | undefined> {
      const reply = await post('register', 'payment-methods', { user_uuid: user, reference });
      return reply?.status === 201 ? (JSON.parse(reply.text) as { uuid: string }).uuid : undefined;
    },

    /** The buyer's word to the bank of the sandbox. */
    approve: (approvalUrl: string, approved: boolean) =>
      insist({ name: 'approve', method: 'POST', path: approvalUrl, body: { approved } }),

    async hold(wish: Wish): Promise<HeldSeats | undefined> {
      const name = 'ticket_uuids' in wish ? 'hold' : 'hold the best';
      const reply = await post(name, 'reservations', { ...wish, user_uuid: user });
      if (reply?.status !== 201) return undefined;
      const told = JSON.parse(reply.text) as HeldSeats;
      return entry(ledger.reservations, told.uuid, () => ({ ...told, user }));
    },

    seeHeld: ({ uuid }: HeldSeats) => insist({ name: 'see a reservation', path: `${path}/reservations/${uuid}` }),

    async extend({ uuid }: HeldSeats) {
      const reply = await post('extend', `reservations/${uuid}/extend`);
      if (reply?.status === 200) count(ledger.extended, uuid);
    },

    release: ({ uuid }: HeldSeats) =>
      insist({ name: 'release', method: 'DELETE', path: `${path}/reservations/${uuid}` }),

    order(key: string, { uuid: reservation }: HeldSeats, method: string) {
      const noted = entry(ledger.orders, key, () => ({ key, user, reservation, method, told: [] }));
      return insist(orderRequest(noted), (reply) => tell(noted, reply));
    },

    refund(key: string, { uuid: order }: SeenOrder, tickets: string[] | undefined) {
      const noted = entry(ledger.refunds, key, () => ({ key, user, order, tickets, told: [] }));
      return insist(refundRequest(noted), (reply) => tell(noted, reply));
    },

    async seeOrder(uuid: string) {
      const reply = await insist({ name: 'see an order', path: `${path}/orders/${uuid}` });
      if (reply?.status === 200) see(ledger, JSON.parse(reply.text) as SeenOrder);
    },

    /** The newest of the buyer's orders. */
    async list(): Promise<SeenOrder[]> {
      const orders = (await page())?.orders ?? [];
      for (const order of orders) see(ledger, order);
      return orders;
    },

    /** All of the buyer's orders, page by page; undefined when one did not come. */
    async listAll(): Promise<SeenOrder[] | undefined> {
      const all: SeenOrder[] = [];
      for (let cursor = ''; ; ) {
        const next = await page(cursor);
        if (!next) return undefined;
        all.push(...next.orders);
        if (!next.next_cursor) return all;
        cursor = `&cursor=${next.next_cursor}`;
      }
    },
  };

  async function page(cursor = ''): Promise<{ orders: SeenOrder[]; next_cursor: string | null } | undefined> {
    const reply = await insist({ name: 'list orders', path: `${path}/orders?user_uuid=${user}${cursor}` });
    return reply?.status === 200 ? JSON.parse(reply.text) : undefined;
  }
}

export const orderRequest = ({ key, reservation, method }: OrderRequest): Ask => ({
  name: 'order',
  method: 'POST',
  path: `${path}/orders`,
  key,
  body: { reservation_uuid: reservation, payment_method_uuid: method },
});

export const refundRequest = ({ key, user, order, tickets }: RefundRequest): Ask => ({
  name: 'refund',
  method: 'POST',
  path: `${path}/orders/${order}/refunds`,
  key,
  body: { user_uuid: user, ...(tickets && { ticket_uuids: tickets }) },
});
