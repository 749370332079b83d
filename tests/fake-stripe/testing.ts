import Stripe from 'stripe';

/** The official client for the fake. A dropped connection fails at once: the client's own retry takes half a second. */
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

/** A dropped connection fails at once. */
export const fetchOnce = Object.assign(
  (...request: Parameters<typeof fetch>) =>
    fetch(...request).catch((error: Error & { code?: string }) => {
      throw error.code === 'ECONNRESET' ? new Error('the connection was dropped', { cause: error }) : error;
    }),
  { preconnect: fetch.preconnect },
);

/** Returns the refusal of a request. */
export async function refusal(work: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Stripe.errors.StripeError) return error;
  throw new Error('was not refused by Stripe', { cause: error });
}

/** Stripe's client with some of its calls about intents replaced. */
export function withIntentCalls(stripe: Stripe, calls: Partial<Stripe['paymentIntents']>): Stripe {
  const replaced = <T extends object>(target: T, by: object): T =>
    new Proxy(target, {
      get: (_, name) => {
        const value = Reflect.get(name in by ? by : target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  return replaced(stripe, { paymentIntents: replaced(stripe.paymentIntents, calls) });
}
