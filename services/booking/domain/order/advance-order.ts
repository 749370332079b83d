import type { PaymentState } from '../payment/payment-provider.ts';
import { type CompletionPorts, checkProvider, conclude } from './complete-order.ts';
import type { KnownOrder, OrderOutcome } from './order.ts';

/**
 * Ends an order that no request waits for, as its provider reports its payment. Returns how it has ended, undefined
 * while it is pending. Throws `PaymentUnanswered`, also for a payment of another provider.
 */
export async function advanceOrder(
  ports: CompletionPorts,
  { order, seats }: KnownOrder,
  ask: (key: string) => Promise<PaymentState>,
): Promise<OrderOutcome | undefined> {
  checkProvider(ports.payments, order);
  const state: PaymentState = order.total === 0 ? { is: 'authorised' } : await ask(order.uuid);
  const outcome = await conclude(ports, order, state);
  if (!outcome?.changed) return outcome;
  ports.observer.orderSwept(outcome.status);
  for (const { eventUuid } of seats) ports.feed.publish(eventUuid);
  return outcome;
}
