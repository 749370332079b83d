import { expect, test } from 'bun:test';
import type Stripe from 'stripe';
import { rootSpan } from '../../../../shared/tracing/span.ts';
import { testTracing } from '../../../../shared/tracing/testing.ts';
import { tracedHttpClient } from './traced-client.ts';

test('a request to Stripe is a span that names its route, and neither ids nor what is sent', async () => {
  const { tracing, spans } = testTracing();
  const sent: unknown[][] = [];
  const client = tracedHttpClient({
    getClientName: () => 'stub',
    makeRequest: async (...args: unknown[]) => void sent.push(args),
  } as unknown as Stripe.HttpClient);
  const path = '/v1/payment_intents/pi_3abc/confirm?expand[0]=latest_charge';
  await rootSpan(tracing.begin('root', {}), () =>
    client.makeRequest('api.stripe.com', '443', path, 'POST', {}, 'payment_method=pm_card', 'https', 4000),
  );
  expect(sent).toEqual([['api.stripe.com', '443', path, 'POST', {}, 'payment_method=pm_card', 'https', 4000]]);
  const [, request] = await spans(2);
  expect(request).toMatchObject({ name: 'POST /v1/payment_intents/{id}/confirm', kind: 2 });
  expect(request?.attributes).toEqual({
    'http.request.method': 'POST',
    'url.template': '/v1/payment_intents/{id}/confirm',
    'server.address': 'api.stripe.com',
    'server.port': 443,
  });
});
