import type { BookedOrder, Books, Line } from '../books.ts';
import type { RefundRequest, Show, Span, Told } from '../ledger.ts';
import type { Rule } from './rule.ts';

export const showRules: Record<string, Rule> = {
  'nothing is held or bought of an event after its cancellation was told': ({ shows }, books) =>
    shows.flatMap(({ event, cancelled }) => madeIn(books, event, { from: cancelled?.told ?? never, until: never })),

  'nothing is held or bought of an event while it is postponed': ({ shows }, books) =>
    shows.flatMap(({ event, postponed }) => (postponed ? madeIn(books, event, postponed) : [])),

  'a cancelled event gives every buyer the money back, once and to the cent': ({ shows, byHand }, books) => {
    const cancelled = shows.filter((show) => show.cancelled && show.cancelled.told < never).map(({ event }) => event);
    const open = cancelled.filter((event) => !books.shows.refunded.has(event));
    const back = Map.groupBy(books.refunds, ({ order }) => order);
    const wrong = books.orders.filter((order) => {
      const { uuid, total, status, payment, lines } = order;
      if (!books.shows.refunded.has(lines[0]?.event ?? '')) return false;
      if (status === 'failed') return false;
      const sum = (back.get(uuid) ?? []).reduce((all, { amount }) => all + amount, 0);
      const isTouched = byHand.refunds.has(uuid) || byHand.disputes.has(uuid);
      const kept = payment === 'voided' || isTouched ? 0 : (books.kept.get(uuid) ?? 0);
      return status !== 'refunded' || sum !== total || kept !== 0;
    });
    return [
      ...open.map((event) => `the operation of ${event} has not ended`),
      ...wrong.map(({ uuid, status }) => `order ${uuid} is ${status}, and was not given back as it was paid`),
    ];
  },

  'no seat is held or bought while it is held back': ({ shows }, books) =>
    shows.flatMap(({ event, heldBack: { tickets, until } }) => {
      const isHeldBack = new Set(tickets);
      return [
        ...linesOf(books, event).filter(({ order, line }) => isHeldBack.has(line.ticket) && order.createdAt < until),
        ...books.shows.reservations.filter(
          (one) => one.event === event && one.createdAt < until && one.tickets.some((ticket) => isHeldBack.has(ticket)),
        ),
      ].map((one) => ('order' in one ? `order ${one.order.uuid}` : `reservation ${one.uuid}`));
    }),

  'no access code is used more often than it may be': ({ shows }, books) =>
    shows.flatMap(({ event, code }) => {
      const byCode = new Set(books.shows.reservations.filter(({ isByCode }) => isByCode).map(({ uuid }) => uuid));
      const its = linesOf(books, event).filter(({ order }) => byCode.has(order.reservation ?? ''));
      const lives = Map.groupBy(its, ({ order }) => order.uuid)
        .values()
        .map((lines) => ({
          from: lines[0]!.order.createdAt,
          until: Math.max(...lines.map(endOf)),
        }));
      const most = mostAtOnce([...lives]);
      return most > code.most ? [`the code of ${event}: ${most} times`] : [];
    }),

  'no rate is sold for more tickets than it may be': ({ shows }, books) =>
    shows.flatMap(({ event, rate }) => {
      const its = linesOf(books, event).filter(({ line }) => line.rate === rate.uuid);
      const most = mostAtOnce(its.map((one) => ({ from: one.order.createdAt, until: endOf(one) })));
      return most > rate.most ? [`the rate of ${event}: ${most} tickets`] : [];
    }),

  'a buyer of a rescheduled event may give back': (ledger, books) => {
    const orders = new Map(books.orders.map((order) => [order.uuid, order]));
    return [...ledger.refunds.values()].flatMap((request) =>
      request.told
        .filter(({ status }) => status === 409)
        .filter((told) => isRefusedWrongly(ledger.shows, orders.get(request.order), request, told))
        .map(({ text }) => `order ${request.order} of ${request.user}: ${text}`),
    );
  },
};

const never = Number.POSITIVE_INFINITY;

/** Orders and reservations of an event that were made in a time. */
function madeIn({ orders, shows }: Books, event: string, { from, until }: Span): string[] {
  const isIn = ({ createdAt }: { createdAt: number }) => createdAt > from && createdAt < until;
  return [
    ...shows.reservations.filter((one) => one.event === event && isIn(one)).map(({ uuid }) => `reservation ${uuid}`),
    ...orders
      .filter((order) => order.lines.some((line) => line.event === event) && isIn(order))
      .map(({ uuid }) => `order ${uuid}`),
  ];
}

type Bought = { order: BookedOrder; line: Line };

const linesOf = ({ orders }: Pick<Books, 'orders'>, event: string): Bought[] =>
  orders.flatMap((order) => order.lines.filter((line) => line.event === event).map((line) => ({ order, line })));

/** The moment from which a ticket of an order may count no more: its commit is later. */
const endOf = ({ order, line }: Bought) => order.failedAt ?? line.refundedAt ?? never;

/** The most of these lives that surely overlap. */
function mostAtOnce(lives: Span[]): number {
  return Math.max(0, ...lives.map(({ from }) => lives.filter((one) => one.from <= from && from < one.until).length));
}

/** It was asked for when the event had its new date, by the buyer who had all of these tickets until later. */
function isRefusedWrongly(
  shows: Show[],
  order: BookedOrder | undefined,
  { asked, tickets }: RefundRequest,
  told: Told,
): boolean {
  const lines = order?.lines.filter(({ ticket }) => !tickets || tickets.includes(ticket)) ?? [];
  const show = shows.find(({ event }) => event === lines[0]?.event);
  if (!order || order.failedAt !== null || !show?.rescheduled || asked < show.rescheduled.told) return false;
  const isOwned = ({ refundedAt }: Line) => refundedAt === null || refundedAt > told.until;
  return tickets ? lines.every(isOwned) : lines.some(isOwned);
}
