import type { BookedOrder } from '../books.ts';
import { ordersTold, type SeenOrder } from '../ledger.ts';
import { isAskedBack, isOfCancelled } from './refunds.ts';
import type { Rule } from './rule.ts';

export const orderRules: Record<string, Rule> = {
  'no ticket is in two live orders, and no seat, also when it was imported again': (_, { orders }) => {
    const owners = new Map<string, string>();
    return orders.filter(isLive).flatMap(({ uuid, lines }) =>
      lines.flatMap(({ ticket, event, seat, refund }) => {
        if (refund !== null) return [];
        const other = owners.get(ticket) ?? owners.get(`${event} ${seat}`);
        owners.set(ticket, uuid).set(`${event} ${seat}`, uuid);
        return other ? [`ticket ${ticket} or its seat ${seat} is in the orders ${other} and ${uuid}`] : [];
      }),
    );
  },

  'every order that was said to be paid is there, with its tickets, its buyer and its price': (ledger, { orders }) => {
    const byUuid = new Map(orders.map((order) => [order.uuid, order]));
    return ordersTold(ledger).flatMap(({ request, status, order }) => {
      const found = byUuid.get(order.uuid);
      if (!found) return [`order ${order.uuid} is not there`];
      if (status === 201 && !isKept(found)) return [`order ${order.uuid} was said to be paid, and is ${found.status}`];
      const isSame =
        found.user === request.user &&
        found.total === order.total &&
        sameTickets(
          found.lines.map(({ ticket }) => ticket),
          order.tickets.map(({ uuid }) => uuid),
        );
      return isSame ? [] : [`order ${order.uuid} is not what its buyer was told`];
    });
  },

  'every confirmed ticket was sold to its buyer': (ledger, { orders }) => {
    const sold = new Set(
      orders.filter(isKept).flatMap(({ user, lines }) => lines.map(({ ticket }) => `${user} ${ticket}`)),
    );
    return [...ledger.confirmations]
      .filter(([key, { paid }]) => paid && !sold.has(key))
      .map(([, { user, ticket }]) => `ticket ${ticket} was confirmed to ${user}, who did not get it`);
  },

  'every order was asked for': (ledger, { orders }) => {
    const asked = new Set([...ledger.orders.values()].map(({ reservation, user }) => `${reservation} ${user}`));
    return orders
      .filter(({ reservation, user, lines }) =>
        reservation === null
          ? lines.some(({ ticket }) => !ledger.confirmations.has(`${user} ${ticket}`))
          : !asked.has(`${reservation} ${user}`),
      )
      .map(({ uuid, user }) => `nobody asked for the order ${uuid} of ${user}`);
  },

  'every paid order of a reservation was told, and to nobody as refused': (ledger, { orders }) => {
    const told = new Set(ordersTold(ledger).map(({ order }) => order.uuid));
    return orders
      .filter((order) => order.reservation !== null && order.status === 'paid' && !told.has(order.uuid))
      .map(({ uuid, user }) => `${user} was never told of the paid order ${uuid}`);
  },

  'every order has the tickets and the price of its reservation': (ledger, { orders }) =>
    orders
      .filter(({ reservation, lines, total }) => {
        const held = reservation === null ? undefined : ledger.reservations.get(reservation);
        if (!held) return false;
        const same = sameTickets(
          lines.map(({ ticket }) => ticket),
          held.tickets.map(({ uuid }) => uuid),
        );
        return !same || total !== held.total;
      })
      .map(({ uuid, reservation }) => `order ${uuid} is not what was held by ${reservation}`),

  'no order is pending when all is over': (_, { orders }) =>
    orders.filter(({ status }) => status === 'pending').map(({ uuid }) => `order ${uuid}`),

  'no order goes back: pending, paid, refunded, or pending and failed': (ledger) =>
    [...ledger.seen]
      .filter(([, statuses]) => !/^(pending )?(paid )?(refunded )?$|^(pending )?failed $/.test(textOf(statuses)))
      .map(([uuid, statuses]) => `order ${uuid} was seen as ${textOf(statuses)}`),

  'every buyer sees the orders that there are': (ledger, { orders }) => {
    const byUser = Map.groupBy(orders, ({ user }) => user);
    return [...byUser].flatMap(([user, own]) => {
      const list = ledger.lists.get(user) ?? [];
      const shown = new Set(list.map(asText));
      const missing = own.filter((order) => !shown.has(asText(toSeen(order))));
      const wrong = missing.map(({ uuid }) => `${user} does not see the order ${uuid} as it is`);
      return list.length > own.length ? [...wrong, `${user} sees ${list.length} orders of ${own.length}`] : wrong;
    });
  },

  'something was sold, and something given back': (ledger, { orders, refunds }) => [
    ...(orders.some(isKept) && ledger.lists.size > 0 ? [] : ['nothing was sold, so nothing is shown']),
    ...(refunds.length > 0 ? [] : ['nothing was given back, so nothing is shown']),
  ],

  'no ticket was taken back unasked': (ledger, { orders }) => {
    const isAsked = isAskedBack(ledger);
    const isCancelled = isOfCancelled(ledger, orders);
    return orders.flatMap((order) =>
      order.lines
        .filter(({ ticket, refund }) => refund !== null && !isAsked(order.uuid, ticket) && !isCancelled(order.uuid))
        .map(({ ticket }) => `ticket ${ticket} of the order ${order.uuid}`),
    );
  },
};

const isLive = ({ status }: Pick<BookedOrder, 'status'>) => status === 'pending' || status === 'paid';
/** Returns whether it was paid: the buyer has it, or has given it back since. */
export const isKept = ({ status }: Pick<BookedOrder, 'status'>) => status === 'paid' || status === 'refunded';

const textOf = (statuses: string[]) => statuses.map((status) => `${status} `).join('');
const sameTickets = (some: string[], others: string[]) => [...some].sort().join() === [...others].sort().join();

const toSeen = ({ uuid, status, total, lines }: BookedOrder): SeenOrder => ({
  uuid,
  status,
  total,
  tickets: lines.map(({ ticket, price, refund }) => ({ uuid: ticket, price, refunded: refund !== null })),
});

const asText = ({ uuid, status, total, tickets }: SeenOrder) =>
  [uuid, status, total, ...tickets.map((one) => `${one.uuid} ${one.price} ${one.refunded}`).sort()].join();
