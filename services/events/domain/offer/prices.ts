import type { Author } from '../../../../shared/audit/audit-log.ts';

/** The tickets whose prices change. */
export type PricedSeats = { category: string } | { labels: string[] };

/** The new price in minor units, or how many percent more (less, if negative) than now. */
export type NewPrice = { price: number } | { percent: number };

/** The outcome of a change of prices. `unknown` labels are no seats of the event: then nothing has changed. */
export type Repriced = { changed: number } | { unknown: string[] } | { underWay: string } | 'cancelled' | 'no event';

/** Port: the prices of an event's tickets and rates. Throws `unavailable`. */
export type Prices = {
  /**
   * Changes the prices of those of these tickets that are not sold, in one transaction, and notes it in the audit log.
   * A hold keeps the price that it was made at. Returns how many have another price than before.
   */
  change(author: Author, eventUuid: string, seats: PricedSeats, to: NewPrice): Promise<Repriced>;
  /** Changes a rate's price in a category likewise. Returns `unknown` where the rate has no such category. */
  changeRate(
    author: Author,
    eventUuid: string,
    of: { rate: string; category: string },
    to: NewPrice,
  ): Promise<Repriced>;
};
