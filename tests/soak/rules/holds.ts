import type { BookedOrder } from '../books.ts';
import { type HeldSeats, type HoldRequest, type Ledger, overlap, type Span, type Twins } from '../ledger.ts';
import { isKept } from './orders.ts';
import type { Rule } from './rule.ts';

export const holdRules: Record<string, Rule> = {
  'every hold is at the prices of its moment': (ledger) =>
    [...ledger.reservations.values()].flatMap(({ uuid, user, tickets, total }) => {
      const costs = pricesOf(ledger, user);
      const wrong = tickets.filter(({ uuid: ticket, price }) => !costs(ticket).has(price));
      const sum = tickets.reduce((all, { price }) => all + price, 0);
      return [
        ...wrong.map(({ uuid: ticket, price }) => `reservation ${uuid} has ticket ${ticket} at ${price}`),
        ...(sum === total ? [] : [`reservation ${uuid} costs ${total} for ${sum}`]),
      ];
    }),

  'a ticket bought by the original’s confirm costs what it did when it was held': (ledger, { orders }) =>
    orders
      .filter(({ reservation, user, lines }) => {
        const costs = pricesOf(ledger, user);
        return reservation === null && lines.some(({ ticket, price }) => !costs(ticket).has(price));
      })
      .map(({ uuid, user, total }) => `order ${uuid} of ${user} costs ${total}, which was no price when it was held`),

  'a reservation given back by DELETE was not bought': ({ releases }, { orders, refunds }) => {
    const freed = new Map(releases.filter(({ said }) => said === '204').map((one) => [one.reservation, one]));
    return orders
      .filter(({ uuid, reservation, status }) => {
        const release = freed.get(reservation ?? '');
        if (!release || !isKept({ status })) return false;
        // A reservation that was bought and wholly refunded may be released by DELETE, too.
        const last = Math.max(...refunds.filter(({ order }) => order === uuid).map(({ createdAt }) => createdAt));
        return status === 'paid' || last > release.until;
      })
      .map(
        ({ uuid, reservation, status }) => `reservation ${reservation} was given back, its order ${uuid} is ${status}`,
      );
  },

  'a reservation that DELETE refuses as sold was bought by its holder': ({ releases, reservations }, { orders }) => {
    const bought = new Set(
      orders.filter(isKept).flatMap(({ user, lines }) => lines.map(({ ticket }) => `${user} ${ticket}`)),
    );
    return releases
      .filter(({ said, reservation }) => {
        const held = reservations.get(reservation);
        return said === '409 reservation_sold' && !held?.tickets.some(({ uuid }) => bought.has(`${held.user} ${uuid}`));
      })
      .map(({ reservation }) => `reservation ${reservation}`);
  },

  'of one user’s twin requests none is told that it holds nothing while the other buys': (ledger, { orders }) =>
    ledger.twins
      .filter(({ said }) => said.some((one) => sold.includes(one)) && said.some((one) => nothingHeld.includes(one)))
      .filter((twins) => isHeldThroughout(ledger, twins))
      // Both were at one order that was given up: one may have got that outcome, and the other bought anew.
      .filter((twins) => !orders.some((order) => order.status === 'failed' && isOfTwins(order, twins)))
      .map(({ user, tickets, said }) => `${user} for ${tickets}: ${said.join(', and ')}`),

  'a seat given back at a quiet moment is anybody’s at once': (ledger) =>
    ledger.quiet
      .filter(({ said }) => said.startsWith('4'))
      .filter(({ ticket, span, user }) => !isWantedByOthers(ledger, { ticket, span, user }))
      .map(({ ticket, said }) => `ticket ${ticket} was given back, and then: ${said}`),
};

const sold = ['200', '201'];
const nothingHeld = ['409 ticket_not_reserved', '409 reservation_expired', '409 ticket_not_available'];

const isOfTwins = ({ user, lines, createdAt }: BookedOrder, twins: Twins) =>
  user === twins.user &&
  createdAt >= twins.from &&
  createdAt <= twins.until &&
  lines.some(({ ticket }) => twins.tickets.includes(ticket));

/** The prices of each ticket while its user may have got a hold of it. */
function pricesOf({ holds, organiser }: Ledger, user: string): (ticket: string) => Set<number> {
  const asked = holds.get(user) ?? [];
  return (ticket) => {
    const moments = asked.filter((one) => mayHold(one, ticket));
    const prices = organiser.prices.get(ticket) ?? [];
    return new Set(prices.filter((price) => moments.some((one) => overlap(one, price))).map(({ price }) => price));
  };
}

const isRefused = ({ said, isLost }: HoldRequest) => said.startsWith('4') && !isLost;
const mayHold = ({ tickets }: HoldRequest, ticket: string) => tickets === undefined || tickets.includes(ticket);

/** Only the service itself can have ended the hold: neither time nor a lost lock, nor an organiser, nor its user. */
function isHeldThroughout({ locksLost, organiser, releases, shows }: Ledger, twins: Twins): boolean {
  const { reservation, tickets, until, end } = twins;
  return (
    until < end &&
    !locksLost.some((span) => overlap(span, twins)) &&
    !organiser.gone.some(
      ({ ticket, asked, done }) => tickets.includes(ticket) && asked <= until && twins.from <= done,
    ) &&
    !shows.some(
      ({ cancelled, tickets: its }) =>
        cancelled && cancelled.asked <= until && its.some((one) => tickets.includes(one)),
    ) &&
    !releases.some((one) => one.reservation === reservation && one.from <= until)
  );
}

/** Longer than any lock stays, with or without a payment; for users who bought nothing in the end. */
const coveredMs = 125_000;
export const heldMs = 6000;

function isWantedByOthers(
  ledger: Ledger,
  { ticket, span, user }: { ticket: string; span: Span; user: string },
): boolean {
  const lately = (ms: number, { from, until }: Span) => until >= span.from - ms && from <= span.until;
  const isHeld = [...ledger.holds].some(
    ([other, asked]) =>
      other !== user && asked.some((one) => mayHold(one, ticket) && lately(isRefused(one) ? 0 : heldMs, one)),
  );
  const isIn = ({ tickets }: HeldSeats) => tickets.some(({ uuid }) => uuid === ticket);
  const isOrdered = [...ledger.orders.values()].some(({ reservation, asked, told }) => {
    const held = ledger.reservations.get(reservation);
    const isDone = told.some(({ status }) => status === 201);
    return held && !isDone && isIn(held) && lately(coveredMs, { from: asked, until: asked });
  });
  return isHeld || isOrdered;
}
