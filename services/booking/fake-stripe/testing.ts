import Stripe from 'stripe';

/** The official client, talking to the fake. A dropped connection is told at once: the client's own second try takes half a second. */
export function clientOf(base: string, config: Partial<Stripe.StripeConfig> = {}): Stripe {
  const { hostname, port } = new URL(base);
  return new Stripe('sk_test_fake', {
    host: hostname,
    port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
    httpClient: Stripe.createFetchHttpClient(fetchOnce),
    ...config,
  });
}

const fetchOnce = Object.assign(
  (...request: Parameters<typeof fetch>) =>
    fetch(...request).catch((error: Error & { code?: string }) => {
      throw error.code === 'ECONNRESET' ? new Error('the connection was dropped', { cause: error }) : error;
    }),
  { preconnect: fetch.preconnect },
);

/** What a request was refused with. */
export async function refusal(work: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Stripe.errors.StripeError) return error;
  throw new Error('was not refused by Stripe', { cause: error });
}
