import type { BookedOrder, Line } from '../books.ts';
import { type Ledger, overlap, type Span } from '../ledger.ts';
import type { Rule } from './rule.ts';

export const organiserRules: Record<string, Rule> = {
  'the database did for the organiser what it should, and refused nothing that nobody buys': (
    { organiser: { refused, failures } },
    { orders },
  ) => {
    const buying = Map.groupBy(
      orders.flatMap(({ createdAt, lines }) => lines.map(({ ticket }) => ({ ticket, createdAt }))),
      ({ ticket }) => ticket,
    );
    return [
      ...failures,
      ...refused
        .filter(({ ticket, at }) => !buying.get(ticket)?.some(({ createdAt }) => createdAt <= at))
        .map(({ ticket }) => `ticket ${ticket} could not be deleted, and nobody had it`),
    ];
  },

  'nobody is charged for a ticket that was deleted': (_, { orders }) =>
    orders
      .filter(({ status }) => status !== 'failed')
      .flatMap(({ uuid, lines }) =>
        lines.filter(({ isGone }) => isGone).map(({ ticket }) => `ticket ${ticket} of the order ${uuid} is gone`),
      ),

  'an order that was refused for its tickets names those that are gone or sold, and no others': (
    ledger,
    { orders },
  ) => {
    const lines = Map.groupBy(
      orders.flatMap((order) => order.lines.map((line) => ({ order, line }))),
      ({ line }) => line.ticket,
    );
    return [...ledger.orders.values()].flatMap(({ key, reservation, told }) =>
      told.flatMap((one) => {
        const { error, conflicts = [] } = one.status === 409 ? (JSON.parse(one.text) as Refusal) : {};
        if (error !== 'ticket_not_available') return [];
        const held = ledger.reservations.get(reservation)?.tickets.map(({ uuid }) => uuid) ?? [];
        const isSold = (ticket: string) => lines.get(ticket)?.some((its) => overlap(lifeOf(its), one)) ?? false;
        return [
          ...(conflicts.length > 0 ? [] : [`key ${key}: nothing is named`]),
          ...conflicts
            .filter((ticket) => !held.includes(ticket) || !(isMaybeGone(ledger, ticket, one) || isSold(ticket)))
            .map((ticket) => `key ${key}: ticket ${ticket} was there and not sold`),
          ...held
            .filter((ticket) => isGoneThroughout(ledger, ticket, one) && !conflicts.includes(ticket))
            .map((ticket) => `key ${key}: ticket ${ticket} was gone and is not named`),
        ];
      }),
    );
  },

  'no order has a ticket that was gone when it was made': ({ organiser }, { orders }) =>
    orders.flatMap(({ uuid, createdAt, claimedAt, lines }) =>
      lines
        // A claim sees the tickets of a moment between these two, which are far apart where its server hangs.
        .filter(({ ticket }) =>
          organiser.gone.some((one) => one.ticket === ticket && one.gone < createdAt && claimedAt < one.back),
        )
        .map(({ ticket }) => `order ${uuid} has ticket ${ticket}, which was deleted then`),
    ),
};

type Refusal = { error?: string; conflicts?: string[] };

/** The commit may come a while after its noted end. */
const commitMs = 10_000;

/** The time in which an order blocks a ticket. */
function lifeOf({ order, line }: { order: BookedOrder; line: Line }): Span {
  const end = order.failedAt ?? line.refundedAt;
  return { from: order.createdAt, until: end === null ? Number.POSITIVE_INFINITY : end + commitMs };
}

const isMaybeGone = ({ organiser }: Ledger, ticket: string, span: Span) =>
  organiser.gone.some((one) => one.ticket === ticket && one.asked <= span.until && span.from <= one.done);

const isGoneThroughout = ({ organiser }: Ledger, ticket: string, span: Span) =>
  organiser.gone.some((one) => one.ticket === ticket && one.gone < span.from && span.until < one.back);
