import Stripe from 'stripe';
import { PaymentRefused, PaymentUnanswered } from '../../domain/errors.ts';
import type { ProviderName } from '../../domain/payment/payment-provider.ts';

/** The metadata of an intent that names its order. */
export const orderTag = 'onsale_order';

export type StripeConfig = { secretKey: string; apiBase: string; maxNetworkRetries?: number };

/** Stripe's own client, patient as one may be while a buyer waits. */
export function openStripe({ secretKey, apiBase, maxNetworkRetries = 1 }: StripeConfig): Stripe {
  const { protocol, hostname, port } = new URL(apiBase);
  return new Stripe(secretKey, {
    protocol: protocol === 'http:' ? 'http' : 'https',
    host: hostname,
    ...(port && { port }),
    timeout: 4000,
    maxNetworkRetries,
    telemetry: false,
    appInfo: { name: 'Onsale' },
  });
}

/** The mode that a key is for: `sk_live_…`, `rk_live_…`, or a test one. */
export const stripeName = (secretKey: string): ProviderName =>
  secretKey.includes('_live_') ? 'stripe:live' : 'stripe:test';

/**
 * Asks Stripe. Throws `PaymentUnanswered` when it can't be known whether the request took effect, and `PaymentRefused` when it
 * did not. Stripe's own error is the cause.
 */
export async function asked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error;
    throw isOpen(error) ? new PaymentUnanswered(error) : new PaymentRefused(error.code ?? error.type, error);
  }
}

/** All that a list holds, page by page. */
export async function* all<T>(list: AsyncIterable<T>): AsyncGenerator<T> {
  const pages = list[Symbol.asyncIterator]();
  for (let next = await asked(pages.next()); !next.done; next = await asked(pages.next())) yield next.value;
}

const isOpen = (error: Stripe.errors.StripeError): boolean =>
  error instanceof Stripe.errors.StripeConnectionError ||
  error instanceof Stripe.errors.StripeAPIError ||
  error instanceof Stripe.errors.StripeRateLimitError ||
  // Of the first request with the key it tells nothing.
  error instanceof Stripe.errors.StripeIdempotencyError;
