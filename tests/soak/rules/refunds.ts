import type { Books } from '../books.ts';
import { type Ledger, refundsTold } from '../ledger.ts';
import type { Rule } from './rule.ts';

export const refundRules: Record<string, Rule> = {
  'every refund that was told is there, done, with its amount': (ledger, { refunds }) => {
    const byUuid = new Map(refunds.map((refund) => [refund.uuid, refund]));
    return refundsTold(ledger).flatMap(({ refund }) => {
      const found = byUuid.get(refund.uuid);
      if (!found) return [`refund ${refund.uuid} of the order ${refund.order_uuid} is not there`];
      const price = refund.tickets.reduce((sum, ticket) => sum + ticket.price, 0);
      return isDone(ledger, found) && found.amount === refund.amount && refund.amount === price
        ? []
        : [`refund ${refund.uuid} is ${found.status}, ${found.amount}; told ${refund.amount} for ${price}`];
    });
  },

  'every refund was told to its buyer, once; one of a cancelled event need not be': (ledger, { orders, refunds }) => {
    const keysOf = new Map<string, Set<string>>();
    for (const { request, refund } of refundsTold(ledger)) {
      keysOf.set(refund.uuid, (keysOf.get(refund.uuid) ?? new Set()).add(request.key));
    }
    const isCancelled = isOfCancelled(ledger, orders);
    return refunds.flatMap(({ uuid, order }) => {
      const keys = keysOf.get(uuid)?.size ?? 0;
      return keys === 1 || (keys === 0 && isCancelled(order))
        ? []
        : [`refund ${uuid} of the order ${order} was told under ${keys} keys`];
    });
  },

  'no refund is pending when all is over, nor disputed where the dispute is won': (ledger, { refunds }) =>
    refunds
      .filter((refund) => !isDone(ledger, refund))
      .map(({ uuid, order, status }) => `refund ${uuid} of the order ${order} is ${status}`),
};

/** Returns whether the money was refunded, or is disputed. */
function isDone({ byHand }: Ledger, { order, status }: Books['refunds'][number]): boolean {
  const isBanks = ['open', 'lost'].includes(byHand.disputes.get(order) ?? '');
  return status === 'succeeded' || (status === 'disputed' && isBanks);
}

/** Returns whether an order is of an event that was cancelled. */
export function isOfCancelled({ shows }: Pick<Ledger, 'shows'>, orders: Books['orders']): (order: string) => boolean {
  const cancelled = new Set(shows.filter((show) => show.cancelled).map(({ event }) => event));
  const its = new Set(
    orders.filter(({ lines }) => lines.some((line) => cancelled.has(line.event))).map((one) => one.uuid),
  );
  return (order) => its.has(order);
}

/** Returns whether a buyer requested a refund of this ticket of this order. */
export function isAskedBack(ledger: Ledger): (order: string, ticket: string) => boolean {
  const byOrder = Map.groupBy(ledger.refunds.values(), ({ order }) => order);
  return (order, ticket) =>
    byOrder.get(order)?.some(({ tickets }) => tickets === undefined || tickets.includes(ticket)) ?? false;
}
