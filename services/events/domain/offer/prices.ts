import type { Author } from '../../../../shared/audit/audit-log.ts';
import type { Ending } from '../../../../shared/idempotency/idempotency.ts';

/** The tickets whose prices change. */
export type PricedSeats = { category: string } | { labels: string[] };

/** The new price in minor units, or how many percent more (less, if negative) than now. */
export type NewPrice = { price: number } | { percent: number };

/** The outcome of a change of prices. `unknown` labels are no seats of the event: then nothing has changed. */
export type Repriced = { changed: number } | { unknown: string[] } | { underWay: string } | 'cancelled' | 'no event';

/** With an `ending`, the response to the request is stored with the change. */
export type PriceRequest = { author: Author; eventUuid: string; ending?: Ending<{ changed: number }> | undefined };

/** Port: the prices of an event's tickets and rates. Throws `unavailable`. */
export type Prices = {
  /**
   * Changes the prices of these tickets, in one transaction, and notes it in the audit log. A hold keeps the price that
   * it was made at, and an order its own: a sold ticket has the new price for when it was given back. (One that was sold
   * in another currency keeps the old.) Returns how many have another price than before.
   */
  change(request: PriceRequest, seats: PricedSeats, to: NewPrice): Promise<Repriced>;
  /** Changes a rate's price in a category likewise. Returns `unknown` where the rate has no such category. */
  changeRate(request: PriceRequest, of: { rate: string; category: string }, to: NewPrice): Promise<Repriced>;
};
