import { advanceOrder } from '../order/advance-order.ts';
import type { CompletionPorts } from '../order/complete-order.ts';
import type { Ports } from '../ports.ts';

/**
 * An event that the payment provider tells by a webhook. Of its content nothing is believed but which payment it is about: that
 * is asked for anew, so that events may come in any order, twice, or late.
 */
export type WebhookEvent = {
  id: string;
  type: string;
  /** The order's uuid, and the provider's name for the payment; absent when it is about something else. */
  payment?: { key: string; reference: string };
  /** Money that was on its way back has not arrived, and a person must see to it. */
  isRefundFailure: boolean;
  /** The buyer has had their bank take a payment back; or (not `isOpen`) the seller has won, or nothing was taken. */
  dispute?: { key: string; isOpen: boolean };
};

/** Port: which events have been handled. Throws `unavailable`. */
export type WebhookEvents = {
  has(id: string): Promise<boolean>;
  record(event: Pick<WebhookEvent, 'id' | 'type'>): Promise<void>;
  /** Deletes some that are older; returns how many. */
  purge(keptMs: number): Promise<number>;
};

/**
 * Brings the order that an event is about to where the provider has its payment; one that was handled before, or about no order
 * of ours, changes nothing. Throws `PaymentUnanswered`; the provider then tells it again.
 */
export async function handleWebhook(
  ports: CompletionPorts & Pick<Ports, 'webhookEvents'>,
  event: WebhookEvent,
): Promise<void> {
  const { webhookEvents, orders, unfinishedPayments, payments, observer } = ports;
  if (await webhookEvents.has(event.id)) return;
  const { payment, dispute } = event;
  const known = payment && (await orders.get(payment.key));
  if (known) {
    if (await payments.giveBackStray(payment)) observer.paymentGivenBack('stray');
    await advanceOrder(ports, known, payments.find);
  }
  if (dispute) {
    // Stripe tells of one dispute by several events.
    const isNews = await unfinishedPayments.recordDispute(dispute.key, dispute.isOpen);
    if (isNews && dispute.isOpen) observer.paymentDisputed();
  }
  if (event.isRefundFailure) observer.refundFailed();
  await webhookEvents.record(event);
}
