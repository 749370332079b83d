import Stripe from 'stripe';
import { tracingIsOn } from '../../../../shared/tracing/span.ts';
import { PaymentRefused, PaymentUnanswered } from '../../domain/errors.ts';
import type { ProviderName } from '../../domain/payment/payment-provider.ts';
import { tracedHttpClient } from './traced-client.ts';

/** The metadata of an intent that names its order. */
export const orderTag = 'onsale_order';

export type StripeConfig = { secretKey: string; apiBase: string; maxNetworkRetries?: number };

/** Returns Stripe's own client, with timeouts that suit a waiting buyer. */
export function openStripe({ secretKey, apiBase, maxNetworkRetries = 1 }: StripeConfig): Stripe {
  const { protocol, hostname, port } = new URL(apiBase);
  return new Stripe(secretKey, {
    protocol: protocol === 'http:' ? 'http' : 'https',
    host: hostname,
    ...(port && { port }),
    timeout: 4000,
    maxNetworkRetries,
    // Stripe's own choice on Bun and Deno is the same client.
    ...(tracingIsOn() && { httpClient: tracedHttpClient(Stripe.createFetchHttpClient()) }),
    telemetry: false,
    appInfo: { name: 'Onsale' },
  });
}

/** Returns the mode of a key: live for `sk_live_…` and `rk_live_…`, else test. */
export const stripeName = (secretKey: string): ProviderName =>
  secretKey.includes('_live_') ? 'stripe:live' : 'stripe:test';

/**
 * Calls Stripe. Throws `PaymentUnanswered` when the request may or may not have taken effect, and `PaymentRefused` when
 * it has not. Stripe's own error is the cause.
 */
export async function asked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error;
    throw isOpen(error) ? new PaymentUnanswered(error) : new PaymentRefused(error.code ?? error.type, error);
  }
}

/** Iterates over a list, page by page. */
export async function* all<T>(list: AsyncIterable<T>): AsyncGenerator<T> {
  const pages = list[Symbol.asyncIterator]();
  for (let next = await asked(pages.next()); !next.done; next = await asked(pages.next())) yield next.value;
}

const isOpen = (error: Stripe.errors.StripeError): boolean =>
  error instanceof Stripe.errors.StripeConnectionError ||
  error instanceof Stripe.errors.StripeAPIError ||
  error instanceof Stripe.errors.StripeRateLimitError ||
  // This says nothing about the first request with the key.
  error instanceof Stripe.errors.StripeIdempotencyError;
