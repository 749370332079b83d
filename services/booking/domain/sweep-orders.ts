import type { SeatFeed } from '../../../shared/feed/seat-feed.ts';
import type { TicketLocks } from '../../../shared/locks/ticket-locks.ts';
import { type CompleteDeps, conclude } from './complete-order.ts';
import { PaymentUnanswered } from './payment-provider.ts';

export type SweepDeps = CompleteDeps & { feed: Pick<SeatFeed, 'publish'>; locks: TicketLocks };

const batch = 100;

/**
 * Ends the orders that have been pending for at least `ageMs`: the process that made them has died, or the provider did
 * not answer it. What was charged is sold, anything else is freed. Safe to run in several processes at once. Answers
 * how many orders it ended; throws the first failure after it has tried all.
 */
export async function sweepOrders(deps: SweepDeps, ageMs: number): Promise<number> {
  let ended = 0;
  let failure: unknown;
  for (const { order, eventUuids } of await deps.sales.pendingFor(ageMs, batch)) {
    try {
      deps.observer.orderSwept(await conclude(deps, order, await deps.payments.close(order.uuid)));
      ended++;
      for (const eventUuid of eventUuids) deps.feed.publish(eventUuid);
    } catch (error) {
      // Still no answer: the order stays pending, and the next sweep asks again.
      if (!(error instanceof PaymentUnanswered)) failure ??= error;
    }
  }
  if (failure) throw failure;
  return ended;
}

/** Clears away expired locks and tells the live views. Answers how many there were. */
export async function sweepLocks({ locks, feed, observer }: SweepDeps): Promise<number> {
  const expired = await locks.purgeExpired();
  for (const eventUuid of new Set(expired.map((lock) => lock.eventUuid))) feed.publish(eventUuid);
  observer.locksExpired(expired.length);
  return expired.length;
}
