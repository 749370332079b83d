import type Stripe from 'stripe';
import type { Notice } from '../../domain/hear-notice.ts';
import { orderTag } from './client.ts';

/** Reads Stripe's webhooks: undefined unless signed with the endpoint's secret within the last five minutes. */
export function stripeNotices(
  stripe: Stripe,
  secret: string,
): (body: string, signature: string) => Promise<Notice | undefined> {
  return async (body, signature) => {
    const event = await stripe.webhooks.constructEventAsync(body, signature, secret).catch(() => undefined);
    if (!event) return undefined;
    const payment = paymentOf(event.data.object as Partial<Stripe.PaymentIntent>);
    const isRefundFailure = event.type === 'refund.failed';
    return { id: event.id, type: event.type, isRefundFailure, ...(payment && { payment }) };
  };
}

function paymentOf({ object, id, metadata }: Partial<Stripe.PaymentIntent>): Notice['payment'] {
  const key = metadata?.[orderTag];
  return object === 'payment_intent' && id && key ? { key, reference: id } : undefined;
}
