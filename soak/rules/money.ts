import type { BookedOrder } from '../books.ts';
import type { Rule } from '../judge.ts';

export const moneyRules: Record<string, Rule> = {
  'the provider has kept the price of what each buyer owns, and nothing else': (_, { orders, kept }) => {
    const known = new Set(orders.map(({ uuid }) => uuid));
    const strange = [...kept].filter(([key, amount]) => amount !== 0 && !known.has(key));
    return [
      ...orders
        .map((order) => ({ order, has: keptOf(order, kept) }))
        .filter(({ order, has }) => has !== owed(order))
        .map(({ order, has }) => `order ${order.uuid}: ${owed(order)} is owed, the provider has ${has}`),
      ...strange.map(([key, amount]) => `the provider has ${amount} for ${key}, which is no order`),
    ];
  },

  'what the buyers see as theirs costs what the provider has kept': ({ lists }, { orders, kept }) => {
    const seen = sum([...lists.values()].flat(), ({ status, tickets }) =>
      status === 'paid' ? sum(tickets, ({ price, refunded }) => (refunded ? 0 : price)) : 0,
    );
    const all = sum(orders, (order) => keptOf(order, kept));
    return seen === all ? [] : [`the buyers' tickets cost ${seen}, the provider has ${all}`];
  },

  'each order costs what its tickets cost': (_, { orders }) =>
    orders
      .filter(({ total, lines }) => total !== sum(lines, ({ price }) => price))
      .map(({ uuid, total }) => `order ${uuid} costs ${total}`),
};

const owed = ({ status, lines }: BookedOrder) =>
  status === 'paid' ? sum(lines, ({ price, refund }) => (refund === null ? price : 0)) : 0;

/** Money that is reserved will be taken soon: it counts as taken. */
const keptOf = (order: BookedOrder, kept: Map<string, number>) =>
  order.payment === 'authorised' ? owed(order) : (kept.get(order.uuid) ?? 0);

const sum = <T>(list: T[], of: (one: T) => number) => list.reduce((total, one) => total + of(one), 0);
