import type { Books } from '../books.ts';
import type { Rule } from './rule.ts';

export const matineeRules: Record<string, Rule> = {
  'nothing is held or bought of an event that has begun': ({ holds }, { orders, matinee }) => {
    const { start, tickets, reservations } = matinee;
    const isOf = new Set(tickets);
    const late = [...holds].flatMap(([user, asked]) =>
      asked
        .filter(({ from, said, tickets: held }) => from > start && said === '200' && held?.some((one) => isOf.has(one)))
        .map(({ tickets: held }) => `${user} was given ${held}`),
    );
    return [
      ...late,
      ...reservations.filter(({ createdAt }) => createdAt >= start).map(({ uuid }) => `reservation ${uuid}`),
      ...orders
        .filter((order) => isMatinee(order, matinee) && order.createdAt >= start)
        .map(({ uuid }) => `order ${uuid}`),
    ];
  },

  'no buyer gives a ticket back once its event has begun': (_, { orders, refunds, matinee }) => {
    const begun = new Set(orders.filter((order) => isMatinee(order, matinee)).map(({ uuid }) => uuid));
    return refunds
      .filter(({ order, createdAt }) => begun.has(order) && createdAt >= matinee.start)
      .map(({ uuid, order }) => `refund ${uuid} of the order ${order}`);
  },

  'an event began: it was sold before, and refused after': ({ answers }, { orders, matinee }) => [
    ...(orders.some((order) => isMatinee(order, matinee)) ? [] : ['nothing of it was sold']),
    ...([...answers.keys()].some((answer) => answer.endsWith(' 409 sales_ended')) ? [] : ['nothing of it was refused']),
  ],
};

const isMatinee = ({ lines }: Books['orders'][number], { event }: Books['matinee']) =>
  lines.some((line) => line.event === event);
