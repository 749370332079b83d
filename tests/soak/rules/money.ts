import type { BookedOrder, Books } from '../books.ts';
import type { Ledger } from '../ledger.ts';
import type { Rule } from './rule.ts';

export const moneyRules: Record<string, Rule> = {
  'the provider has kept the price of what each buyer owns, and nothing else': (ledger, books) => {
    const { orders, kept } = books;
    const known = new Set(orders.map(({ uuid }) => uuid));
    const strange = [...kept].filter(([key, amount]) => amount !== 0 && !known.has(key));
    return [
      ...orders
        .map((order) => ({ order, has: keptOf(order, books), owed: owedBy(ledger, books, order) }))
        .filter(({ has, owed }) => has < owed.least || has > owed.most)
        .map(({ order, has, owed }) => `order ${order.uuid}: ${owed.most} is owed, the provider has ${has}`),
      ...strange.map(([key, amount]) => `the provider has ${amount} for ${key}, which is no order`),
    ];
  },

  'the provider has kept the price of all that buyers see as theirs': (ledger, books) => {
    const isTouched = ({ uuid }: { uuid: string }) =>
      ledger.byHand.refunds.has(uuid) || ledger.byHand.disputes.has(uuid);
    const seen = sum([...ledger.lists.values()].flat(), (order) =>
      order.status === 'paid' && !isTouched(order)
        ? sum(order.tickets, ({ price, refunded }) => (refunded ? 0 : price))
        : 0,
    );
    const all = sum(books.orders, (order) => (isTouched(order) ? 0 : keptOf(order, books)));
    return seen === all ? [] : [`the buyers' tickets cost ${seen}, the provider has ${all}`];
  },

  'an order is charged the sum of its booked tickets': (_, { orders, charged }) =>
    orders
      .filter(({ status, payment }) => status === 'paid' || (status === 'refunded' && payment !== 'voided'))
      .map((order) => ({ order, booked: sum(order.lines, ({ price }) => price), amount: charged.get(order.uuid) ?? 0 }))
      .filter(({ booked, amount }) => booked !== amount)
      .map(({ order, booked, amount }) => `order ${order.uuid}: charged ${amount} for ${booked}`),

  'each order costs what its tickets cost': (_, { orders }) =>
    orders
      .filter(({ total, lines }) => total !== sum(lines, ({ price }) => price))
      .map(({ uuid, total }) => `order ${uuid} costs ${total}`),
};

/**
 * Returns the money that the provider must have kept of an order. Refunds by hand count: the buyer gets the maximum of
 * those and of their own refunds. (A refund that was being made at that moment may come on top.) A disputed payment is
 * not refunded.
 */
function owedBy({ byHand }: Pick<Ledger, 'byHand'>, { refunds }: Pick<Books, 'refunds'>, order: BookedOrder) {
  const left =
    owned(order) + sum(ofOrder(refunds, order), ({ status, amount }) => (status === 'disputed' ? amount : 0));
  const hand = byHand.refunds.get(order.uuid);
  if (!hand || left === 0) return { least: left, most: left };
  const most = Math.min(left, order.total - hand.amount);
  const isMaybeBoth = ofOrder(refunds, order).some(({ createdAt }) => createdAt <= hand.at);
  return { least: isMaybeBoth ? Math.max(0, left - hand.amount) : most, most };
}

const ofOrder = (refunds: Books['refunds'], { uuid }: BookedOrder) => refunds.filter(({ order }) => order === uuid);

const owned = ({ status, lines }: BookedOrder) =>
  status === 'paid' ? sum(lines, ({ price, refund }) => (refund === null ? price : 0)) : 0;

/** Authorised money will be captured soon: it counts as captured. */
const keptOf = (order: BookedOrder, { kept }: Pick<Books, 'kept'>) =>
  order.payment === 'authorised' ? owned(order) : (kept.get(order.uuid) ?? 0);

const sum = <T>(list: T[], of: (one: T) => number) => list.reduce((total, one) => total + of(one), 0);
