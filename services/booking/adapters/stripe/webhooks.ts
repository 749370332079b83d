import type Stripe from 'stripe';
import type { WebhookEvent } from '../../domain/payment/webhook-events.ts';
import { orderTag } from './client.ts';
import { isDisputed } from './disputes.ts';
import type { StripeIntents } from './intents.ts';

type Told = Stripe.PaymentIntent | Stripe.Dispute | Stripe.Refund | { object: 'any other' };

/**
 * Reads Stripe's webhooks: undefined unless signed with the endpoint's secret within the last five minutes. Throws
 * `PaymentUnanswered` when Stripe can't be asked for the dispute's current status.
 */
export function stripeWebhooks(
  stripe: Stripe,
  secret: string,
  intents: Pick<StripeIntents, 'keyOf'>,
): (body: string, signature: string) => Promise<WebhookEvent | undefined> {
  /** A dispute carries no metadata of ours, so its payment must be one whose id we have stored. */
  async function disputeOf({ payment_intent: intent }: Partial<Stripe.Dispute>): Promise<WebhookEvent['dispute']> {
    if (!intent) return undefined;
    const intentId = typeof intent === 'string' ? intent : intent.id;
    const key = await intents.keyOf(intentId);
    return key === undefined ? undefined : { key, isOpen: await isDisputed(stripe, intentId) };
  }

  /** Our refunds carry metadata, and those that are made by hand do not: both name their payment. */
  async function failedRefundOf({ status, payment_intent: intent }: Partial<Stripe.Refund>) {
    if (!intent || (status !== 'failed' && status !== 'canceled')) return undefined;
    return intents.keyOf(typeof intent === 'string' ? intent : intent.id);
  }

  return async (body, signature) => {
    const event = await stripe.webhooks.constructEventAsync(body, signature, secret).catch(() => undefined);
    if (!event) return undefined;
    const { object } = event.data as { object: Told };
    const payment = object.object === 'payment_intent' ? paymentOf(object) : undefined;
    const dispute = object.object === 'dispute' ? await disputeOf(object) : undefined;
    const refundOf = object.object === 'refund' ? await failedRefundOf(object) : undefined;
    const isRefundFailure = event.type === 'refund.failed';
    return {
      id: event.id,
      type: event.type,
      isRefundFailure,
      ...(payment && { payment }),
      ...(dispute && { dispute }),
      ...(refundOf !== undefined && { failedRefundOf: refundOf }),
    };
  };
}

function paymentOf({ id, metadata }: Partial<Stripe.PaymentIntent>): WebhookEvent['payment'] {
  const key = metadata?.[orderTag];
  return id && key ? { key, reference: id } : undefined;
}
