import type Stripe from 'stripe';
import type { Notice } from '../../domain/payment/handle-webhook.ts';
import { orderTag } from './client.ts';
import { isDisputed } from './disputes.ts';
import type { StripeIntents } from './intents.ts';

/** `dispute` is there when a notice is about one of an order's payment; it is open while it is not won. */
export type StripeNotice = Notice & { dispute?: { key: string; isOpen: boolean } };

/**
 * Reads Stripe's webhooks: undefined unless signed with the endpoint's secret within the last five minutes. Throws
 * `PaymentUnanswered` when Stripe can't be asked how a dispute stands by now.
 */
export function stripeNotices(
  stripe: Stripe,
  secret: string,
  intents: Pick<StripeIntents, 'keyOf'>,
): (body: string, signature: string) => Promise<StripeNotice | undefined> {
  /** Of a dispute: it carries no metadata of ours, so its payment must be one whose id we wrote down. */
  async function disputeOf({ payment_intent: intent }: Partial<Stripe.Dispute>): Promise<StripeNotice['dispute']> {
    if (!intent) return undefined;
    const intentId = typeof intent === 'string' ? intent : intent.id;
    const key = await intents.keyOf(intentId);
    return key === undefined ? undefined : { key, isOpen: await isDisputed(stripe, intentId) };
  }

  return async (body, signature) => {
    const event = await stripe.webhooks.constructEventAsync(body, signature, secret).catch(() => undefined);
    if (!event) return undefined;
    const { object } = event.data as { object: Stripe.PaymentIntent | Stripe.Dispute | { object: 'any other' } };
    const payment = object.object === 'payment_intent' ? paymentOf(object) : undefined;
    const dispute = object.object === 'dispute' ? await disputeOf(object) : undefined;
    const isRefundFailure = event.type === 'refund.failed';
    return {
      id: event.id,
      type: event.type,
      isRefundFailure,
      ...(payment && { payment }),
      ...(dispute && { dispute }),
    };
  };
}

function paymentOf({ id, metadata }: Partial<Stripe.PaymentIntent>): Notice['payment'] {
  const key = metadata?.[orderTag];
  return id && key ? { key, reference: id } : undefined;
}
