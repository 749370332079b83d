import { advanceOrder } from '../order/advance-order.ts';
import type { CompletionPorts } from '../order/complete-order.ts';
import type { Ports } from '../ports.ts';
import { type FailedRefundPorts, noteFailedRefunds } from '../refund/note-failed-refunds.ts';
import type { WebhookEvent } from './webhook-events.ts';

/**
 * Advances the order of a webhook event to the state of its payment; an event that was handled before, or is about no
 * order of ours, changes nothing. Throws `PaymentUnanswered`; the provider then sends the event again.
 */
export async function handleWebhook(
  ports: CompletionPorts & FailedRefundPorts & Pick<Ports, 'webhookEvents'>,
  event: WebhookEvent,
): Promise<void> {
  const { webhookEvents, orders, unfinishedPayments, payments, observer } = ports;
  if (await webhookEvents.has(event.id)) return;
  const { payment, dispute, failedRefundOf } = event;
  const known = payment && (await orders.get(payment.key));
  if (known) {
    if (await payments.giveBackStray(payment)) observer.paymentGivenBack('stray');
    await advanceOrder(ports, known, payments.find);
  }
  if (dispute) {
    // Stripe sends several events about one dispute.
    const isNews = await unfinishedPayments.recordDispute(dispute.key, dispute.isOpen);
    if (isNews && dispute.isOpen) observer.paymentDisputed();
  }
  if (failedRefundOf !== undefined) await noteFailedRefunds(ports, failedRefundOf);
  else if (event.isRefundFailure) observer.refundFailed();
  await webhookEvents.record(event);
}
