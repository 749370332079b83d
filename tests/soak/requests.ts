import type { Random } from '../../drizzle/seed/random.ts';
import type { Api, Ask, Heard, Reply } from './api.ts';
import {
  count,
  entry,
  type HeldSeats,
  type HoldRequest,
  type Ledger,
  type OrderRequest,
  type RefundRequest,
  type SeenOrder,
  see,
  tell,
} from './ledger.ts';

const path = '/api/v1/booking';

export type Wish = ({ ticket_uuids: string[] } | { event_uuid: string; quantity: number; section?: string }) & {
  access_code?: string;
  rate_uuids?: (string | null)[];
};

export type Requests = ReturnType<typeof createRequests>;

/**
 * Every request of one buyer. Each is repeated until a response comes, which goes into the ledger; undefined when none
 * came in a while.
 */
export function createRequests(api: Api, ledger: Ledger, random: Random, user: string) {
  const insist = (request: Ask, heard?: Heard) => api.insist(random, request, heard);
  const post = (name: string, at: string, body?: object, heard?: Heard) =>
    insist({ name, method: 'POST', path: `${path}/${at}`, ...(body && { body }) }, heard);

  return {
    reserve: (ticket: string) =>
      holding([ticket], (heard) => post('reserve', 'tickets/reserve', { ticket_uuid: ticket, user_uuid: user }, heard)),

    async confirm(ticket: string, method: string) {
      const noted = entry(ledger.confirmations, `${user} ${ticket}`, () => ({ user, ticket, paid: false }));
      const body = { ticket_uuid: ticket, user_uuid: user, payment_method_uuid: method };
      const reply = await post('confirm', 'tickets/confirm', body);
      if (reply?.status === 200) noted.paid = true;
      return reply;
    },

    /** Registers the provider's `reference`; returns its uuid. */
    async register(reference: string): Promise<string | undefined> {
      const reply = await post('register', 'payment-methods', { user_uuid: user, reference });
      return reply?.status === 201 ? (JSON.parse(reply.text) as { uuid: string }).uuid : undefined;
    },

    /** The buyer approves or rejects at the sandbox's bank. */
    approve: (approvalUrl: string, approved: boolean) =>
      insist({ name: 'approve', method: 'POST', path: approvalUrl, body: { approved } }),

    async hold(wish: Wish): Promise<HeldSeats | undefined> {
      const tickets = 'ticket_uuids' in wish ? wish.ticket_uuids : undefined;
      const asked = Date.now();
      const reply = await holding(tickets, (heard) =>
        post(tickets ? 'hold' : 'hold the best', 'reservations', { ...wish, user_uuid: user }, heard),
      );
      if (reply?.status !== 201) return undefined;
      const told = JSON.parse(reply.text) as HeldSeats;
      return entry(ledger.reservations, told.uuid, () => ({ ...told, user, asked }));
    },

    seeHeld: ({ uuid }: HeldSeats) => insist({ name: 'see a reservation', path: `${path}/reservations/${uuid}` }),

    async extend({ uuid }: HeldSeats) {
      const reply = await post('extend', `reservations/${uuid}/extend`);
      if (reply?.status === 200) count(ledger.extended, uuid);
    },

    async release({ uuid: reservation }: HeldSeats) {
      const from = Date.now();
      const reply = await insist({ name: 'release', method: 'DELETE', path: `${path}/reservations/${reservation}` });
      ledger.releases.push({ reservation, said: saidBy(reply), from, until: Date.now() });
      return reply;
    },

    order(key: string, { uuid: reservation }: HeldSeats, method: string) {
      const noted = entry(ledger.orders, key, () => ({ ...keyed(key), reservation, method }));
      return insistKeyed(noted, orderRequest(noted));
    },

    refund(key: string, { uuid: order }: SeenOrder, tickets: string[] | undefined) {
      const noted = entry(ledger.refunds, key, () => ({ ...keyed(key), order, tickets }));
      return insistKeyed(noted, refundRequest(noted));
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

    /** All of the buyer's orders, page by page; undefined when a page did not come. */
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

  async function holding(tickets: string[] | undefined, ask: (heard: Heard) => Promise<Reply | undefined>) {
    const noted: HoldRequest = { tickets, said: '', isLost: false, from: Date.now(), until: Number.POSITIVE_INFINITY };
    entry(ledger.holds, user, () => []).push(noted);
    const onLost = () => {
      noted.isLost = true;
    };
    const reply = await ask({ onLost });
    if (reply?.status === 201 && !noted.isLost)
      noted.tickets = (JSON.parse(reply.text) as HeldSeats).tickets.map(({ uuid }) => uuid);
    Object.assign(noted, { said: saidBy(reply), until: Date.now() });
    return reply;
  }

  function keyed(key: string) {
    return { key, user, asked: Date.now(), open: 0, told: [] };
  }

  function insistKeyed(noted: OrderRequest | RefundRequest, request: Ask) {
    noted.open++;
    return insist(request, {
      onReply(reply) {
        noted.open--;
        tell(noted, reply);
      },
    });
  }

  async function page(cursor = ''): Promise<{ orders: SeenOrder[]; next_cursor: string | null } | undefined> {
    const reply = await insist({ name: 'list orders', path: `${path}/orders?user_uuid=${user}${cursor}` });
    return reply?.status === 200 ? JSON.parse(reply.text) : undefined;
  }
}

/** Returns a reply in short. */
export const saidBy = (reply: Reply | undefined): string => (reply ? `${reply.status} ${reply.code}`.trimEnd() : '');

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
