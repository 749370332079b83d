import { eachLimit } from '../../../shared/async/each-limit.ts';
import type { TicketLocks } from '../../../shared/locks/ticket-locks.ts';
import { carryOn } from './order/advance-order.ts';
import { type CompleteDeps, letGoOf } from './order/complete-order.ts';
import type { KnownOrder, SaleObserver } from './order/sale.ts';
import { PaymentRefused, PaymentUnanswered } from './payment/payment-provider.ts';

export type SweepDeps = CompleteDeps & { locks: TicketLocks };

/**
 * When a sweep takes something up, in milliseconds: what has been pending for `ageMs`, and waits for its buyer no longer than
 * `actionMs`. For `leaseMs` it is then this process's alone.
 */
export type SweepTimes = { ageMs: number; actionMs: number; leaseMs: number };

const batch = 100;
const atOnce = 8;

/**
 * Ends the orders that have been pending for too long: the process that made them has died, the provider did not answer it, or
 * the buyer never approved the payment. What was authorised is sold, anything else is freed. Safe to run in several
 * processes at once. Returns how many orders it ended; throws the first failure after it has tried all.
 */
export async function sweepOrders(deps: SweepDeps, times: SweepTimes): Promise<number> {
  const { sales, payments, observer } = deps;
  let ended = 0;
  const lease = { ...times, limit: batch, provider: payments.name };
  await eachLimit(await sales.leasePending(lease), atOnce, async (due) => {
    const ending = await unlessUnanswered(observer, carryOn(deps, due, due.waits ? payments.find : payments.close));
    if (ending?.changed) ended++;
  });
  return ended;
}

/** Still no answer: what was asked about stays as it is, and a later sweep asks again. */
async function unlessUnanswered<T>(observer: SaleObserver, work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof PaymentUnanswered)) throw error;
    if (error instanceof PaymentRefused) observer.paymentRefused(error.reason, error);
    return undefined;
  }
}

/**
 * Takes the money that is authorised for tickets that are booked, all there is. Safe to run in several processes at once.
 * Returns how many payments it ended; throws the first failure after it has tried all.
 */
export async function sweepCaptures(deps: SweepDeps, { leaseMs }: Pick<SweepTimes, 'leaseMs'>): Promise<number> {
  let ended = 0;
  for (;;) {
    const due = await deps.sales.leaseUncaptured({ leaseMs, limit: batch, provider: deps.payments.name });
    let captured = 0;
    await eachLimit(due, atOnce, async (one) => {
      if (await unlessUnanswered(deps.observer, capture(deps, one))) captured++;
    });
    ended += captured;
    // What did not come to an end is left to a later sweep.
    if (due.length < batch || captured === 0) return ended;
  }
}

async function capture(deps: SweepDeps, { order, seats }: KnownOrder): Promise<true> {
  const { sales, payments, observer } = deps;
  const how = order.total === 0 ? 'captured' : await payments.capture(order.uuid);
  // The locks of a buyer whose process died, or whose lock store was away, between the sale and the release. From here on
  // there are none: what is given back later is available at once.
  await letGoOf(deps, 'release', seats);
  const status = await sales.recordCapture(order.uuid, how);
  observer.paymentCaptured(how === 'gone' && status === 'refunded' ? 'voided' : how);
  return true;
}

/** Clears away expired locks and tells the live views. Returns how many there were. */
export async function sweepLocks({ locks, feed, observer }: SweepDeps): Promise<number> {
  const expired = await locks.purgeExpired();
  for (const eventUuid of new Set(expired.map((lock) => lock.eventUuid))) feed.publish(eventUuid);
  observer.locksExpired(expired.length);
  return expired.length;
}
