import { afterEach, expect, test } from 'bun:test';
import type Stripe from 'stripe';
import { testClock } from '../../shared/testing/clock.ts';
import { type FakeStripe, startFakeStripe } from './start.ts';
import { clientOf } from './testing.ts';
import type { WebhookOptions } from './webhooks.ts';

const secret = 'whsec_test';
const clock = testClock();
const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

/** A receiver that verifies its events, and responds 500 as often as told. */
async function start(options: Partial<WebhookOptions> = {}, failures = 0) {
  const received: Stripe.Event[] = [];
  let fake: FakeStripe;
  const server = Bun.serve({
    port: 0,
    async fetch(request) {
      const signature = request.headers.get('Stripe-Signature')!;
      const { webhooks } = clientOf(fake.base);
      const verify = [await request.text(), signature, secret, undefined, undefined, clock.now()] as const;
      received.push(await webhooks.constructEventAsync(...verify));
      return new Response(null, { status: failures-- > 0 ? 500 : 200 });
    },
  });
  const url = `http://127.0.0.1:${server.port}/`;
  fake = await startFakeStripe({ clock, webhook: { url, secret, retryMs: 0, ...options } });
  ended.push(fake.close, () => server.stop(true));
  return { fake, received, stripe: clientOf(fake.base) };
}

const pay = ({ stripe }: { stripe: Stripe }) =>
  stripe.paymentIntents.create({
    amount: 500,
    currency: 'usd',
    allowed_payment_method_types: ['card'],
    capture_method: 'manual',
    confirm: true,
    payment_method: 'pm_card_visa',
    metadata: { order: 'a1' },
  });
const typesOf = (events: { type: string }[]) => events.map(({ type }) => type).sort();

test('events arrive signed, as they were when they happened', async () => {
  const started = await start();
  const { id } = await pay(started);
  await started.stripe.paymentIntents.capture(id);
  await started.fake.delivered();
  const types = ['amount_capturable_updated', 'created', 'succeeded'].map((type) => `payment_intent.${type}`);
  expect(typesOf(started.received)).toEqual(types);
  const held = started.received.find(({ type }) => type === 'payment_intent.amount_capturable_updated')!;
  expect(held.data.object).toMatchObject({ id, status: 'requires_capture', metadata: { order: 'a1' } });
  expect(held.api_version).toBe(started.stripe.getApiField('version'));
});

test('a signature with another secret does not verify', async () => {
  const { fake, stripe, received } = await start({ held: true });
  await pay({ stripe });
  const body = JSON.stringify(fake.events()[0]);
  const header = await stripe.webhooks.generateTestHeaderStringAsync({ payload: body, secret: 'whsec_other' });
  await expect(stripe.webhooks.constructEventAsync(body, header, secret)).rejects.toThrow('No signatures found');
  expect(received).toEqual([]);
});

test('an event that is not accepted is sent again until it is', async () => {
  const started = await start({}, 5);
  await pay(started);
  await started.fake.delivered();
  expect(started.received).toHaveLength(2 + 5);
  expect(new Set(started.received.map(({ id }) => id)).size).toBe(2);
});

test('each event may come twice', async () => {
  const started = await start({ copies: 2 });
  await pay(started);
  await started.fake.delivered();
  const types = ['payment_intent.amount_capturable_updated', 'payment_intent.created'];
  expect(typesOf(started.received)).toEqual([types[0]!, types[0]!, types[1]!, types[1]!]);
});

test('held events go out when and in the order that the test wants, and again', async () => {
  const started = await start({ held: true });
  await pay(started);
  const ids = started.fake.events().map(({ id }) => id);
  await started.fake.delivered();
  expect(started.received).toEqual([]);
  const order = [ids[1]!, ids[0]!, ids[1]!];
  await started.fake.deliver(order);
  expect(started.received.map(({ id }) => id)).toEqual(order);
});
