import type { Standing } from '../payment/payment-provider.ts';
import { type CompleteDeps, checkProvider, conclude } from './complete-order.ts';
import type { Ending, KnownOrder } from './sale.ts';

/**
 * Brings an order to its end that no request waits for, by what its provider says of its payment. Returns how it has ended,
 * undefined while it is pending. Throws `PaymentUnanswered`, also for a payment of another provider.
 */
export async function carryOn(
  deps: CompleteDeps,
  { order, seats }: KnownOrder,
  ask: (key: string) => Promise<Standing>,
): Promise<Ending | undefined> {
  checkProvider(deps.payments, order);
  const standing: Standing = order.total === 0 ? { is: 'authorised' } : await ask(order.uuid);
  const ending = await conclude(deps, order, standing);
  if (!ending?.changed) return ending;
  deps.observer.orderSwept(ending.status);
  for (const { eventUuid } of seats) deps.feed.publish(eventUuid);
  return ending;
}
