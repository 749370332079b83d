import Stripe from 'stripe';
import { type DeclineReason, PaymentUnanswered } from '../../domain/payment-provider.ts';

/** The metadata of an intent that names its order. */
export const orderTag = 'onsale_order';

export type StripeConfig = { secretKey: string; apiBase: string };

/** Stripe's own client, patient as one may be while a buyer waits. */
export function openStripe({ secretKey, apiBase }: StripeConfig): Stripe {
  const { protocol, hostname, port } = new URL(apiBase);
  return new Stripe(secretKey, {
    protocol: protocol === 'http:' ? 'http' : 'https',
    host: hostname,
    ...(port && { port }),
    timeout: 4000,
    maxNetworkRetries: 1,
    telemetry: false,
    appInfo: { name: 'Onsale' },
  });
}

/** Asks Stripe. Throws `PaymentUnanswered` when it can't be known whether the request took effect; a refusal as it is. */
export async function asked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const isOpen =
      error instanceof Stripe.errors.StripeConnectionError ||
      error instanceof Stripe.errors.StripeAPIError ||
      error instanceof Stripe.errors.StripeRateLimitError;
    throw isOpen ? new PaymentUnanswered(error) : error;
  }
}

/** Stripe has kept a fault of its own as the answer to this idempotency key: the request has ended, and is never done. */
export const isKeptFault = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeAPIError && error.headers?.['idempotent-replayed'] === 'true';

/** The step does not fit the intent's state (any more): somebody was faster. */
export const isUnexpectedState = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'payment_intent_unexpected_state';

/** Stripe knows no such payment method, or it was used up. */
export const isUnknownMethod = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeInvalidRequestError && error.param === 'payment_method';

/** What a buyer may know of a decline (docs.stripe.com/declines/codes): fraud and theft are not told. */
export function declineReason(error: { code?: string | undefined; decline_code?: string | undefined }): DeclineReason {
  return reasons[error.decline_code ?? ''] ?? reasons[error.code ?? ''] ?? 'card_declined';
}

const reasons: Record<string, DeclineReason> = {
  insufficient_funds: 'insufficient_funds',
  expired_card: 'expired_card',
  incorrect_cvc: 'incorrect_cvc',
  invalid_cvc: 'incorrect_cvc',
  incorrect_number: 'incorrect_number',
  invalid_number: 'incorrect_number',
  processing_error: 'processing_error',
  authentication_required: 'authentication_failed',
  payment_intent_authentication_failure: 'authentication_failed',
};
