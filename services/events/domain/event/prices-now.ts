import type { EventPrices, TicketRow } from './event.ts';
import { codeOf } from './seat-statuses.ts';

type Range = { from: number; to: number };

const available = codeOf('available');

/**
 * Returns the prices of what can be bought now: the ranges of the free seats. A category without one keeps the range of
 * all its tickets, and so does the event.
 */
export function pricesNow(prices: EventPrices, tickets: readonly TicketRow[], codes: Uint8Array): EventPrices {
  const free = new Map<string | null, Range>();
  let category: string | null | undefined;
  let range: Range = { from: 0, to: 0 };
  // Of 20,000 seats, neighbours mostly have the same category, and an iterator would make an array for each.
  for (let place = 0; place < codes.length; place++) {
    if (codes[place] !== available) continue;
    const ticket = tickets[place]!;
    const price = ticket[2];
    if (ticket[4] !== category || free.size === 0) {
      category = ticket[4];
      range = free.get(category ?? null) ?? { from: price, to: price };
      free.set(category ?? null, range);
    }
    if (price < range.from) range.from = price;
    if (price > range.to) range.to = price;
  }
  const ranges = [...free.values()];
  const { from, to } = prices;
  const all = ranges.length === 0 ? { from, to } : joined(ranges);
  const categories = prices.categories.map((one) => ({ ...one, ...free.get(one.category) }));
  return { ...all, categories };
}

const joined = (ranges: Range[]): Range => ({
  from: Math.min(...ranges.map(({ from }) => from)),
  to: Math.max(...ranges.map(({ to }) => to)),
});
