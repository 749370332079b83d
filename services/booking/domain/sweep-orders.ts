import { inParallel } from '../../../shared/in-parallel.ts';
import type { TicketLocks } from '../../../shared/locks/ticket-locks.ts';
import { type CarryOnDeps, carryOn } from './carry-on.ts';
import { PaymentUnanswered } from './payment-provider.ts';
import type { UncapturedOrder } from './sale.ts';

export type SweepDeps = CarryOnDeps & { locks: TicketLocks };

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
 * processes at once. Answers how many orders it ended; throws the first failure after it has tried all.
 */
export async function sweepOrders(deps: SweepDeps, times: SweepTimes): Promise<number> {
  const { sales, payments } = deps;
  let ended = 0;
  await inParallel(await sales.leasePending({ ...times, limit: batch }), atOnce, async (due) => {
    const { uuid: key, total } = due.order;
    try {
      const ask = due.waits ? payments.find : payments.close;
      if (await carryOn(deps, due, total === 0 ? { is: 'authorised' } : await ask(key))) ended++;
    } catch (error) {
      // Still no answer: the order stays pending, and a later sweep asks again.
      if (!(error instanceof PaymentUnanswered)) throw error;
    }
  });
  return ended;
}

/**
 * Takes the money that is authorised for tickets that are booked, all there is. Safe to run in several processes at once.
 * Answers how many payments it ended; throws the first failure after it has tried all.
 */
export async function sweepCaptures(deps: SweepDeps, { leaseMs }: Pick<SweepTimes, 'leaseMs'>): Promise<number> {
  let ended = 0;
  for (;;) {
    const due = await deps.sales.leaseUncaptured({ leaseMs, limit: batch });
    let captured = 0;
    await inParallel(due, atOnce, async (one) => {
      if (await capture(deps, one)) captured++;
    });
    ended += captured;
    // What did not come to an end is left to a later sweep.
    if (due.length < batch || captured === 0) return ended;
  }
}

async function capture(deps: SweepDeps, { order, seats }: UncapturedOrder): Promise<boolean> {
  const { sales, payments, observer } = deps;
  try {
    const how = order.total === 0 ? 'captured' : await payments.capture(order.uuid);
    await releaseLeft(deps, order.userUuid, seats);
    const status = await sales.recordCapture(order.uuid, how);
    observer.paymentCaptured(how === 'gone' && status === 'refunded' ? 'voided' : how);
    return true;
  } catch (error) {
    if (error instanceof PaymentUnanswered) return false;
    throw error;
  }
}

/** The locks of a buyer whose process died, or whose lock store was away, between the sale and the release. */
async function releaseLeft({ locks }: SweepDeps, owner: string, seats: UncapturedOrder['seats']): Promise<void> {
  for (const { eventUuid, ticketUuids } of seats) {
    const held = await locks.held({ eventUuid, ticketUuids, owner });
    if (held.length > 0) await locks.release({ eventUuid, locks: held });
  }
}

/** Clears away expired locks and tells the live views. Answers how many there were. */
export async function sweepLocks({ locks, feed, observer }: SweepDeps): Promise<number> {
  const expired = await locks.purgeExpired();
  for (const eventUuid of new Set(expired.map((lock) => lock.eventUuid))) feed.publish(eventUuid);
  observer.locksExpired(expired.length);
  return expired.length;
}
