import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { PaymentUnanswered } from '../../domain/errors.ts';
import { openShop, type Shop } from './testing.ts';
import { stripeWebhooks } from './webhooks.ts';

const secret = 'whsec_of_the_test';
let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ maxNetworkRetries: 0 });
});
afterEach(() => shop.fake.faults.splice(0));
afterAll(() => shop.close());

/** Every event of a kind, as it is read now. */
async function heard(type: string, about: (object: { payment_intent?: string; id: string }) => boolean) {
  const read = stripeWebhooks(shop.stripe, secret, shop.intents);
  const events = shop.fake.events().filter((one) => one.type === type && about(one.data.object as never));
  return Promise.all(
    events.map(async (event) => {
      const payload = JSON.stringify(event);
      const { id: _, ...webhookEvent } = (await read(
        payload,
        await shop.stripe.webhooks.generateTestHeaderStringAsync({ payload, secret }),
      ))!;
      return webhookEvent;
    }),
  );
}

const dispute = async (status?: 'warning_needs_response') => {
  const key = await shop.captured();
  const { id } = shop.intentOf(key);
  shop.fake.openDispute(id, status);
  return { key, id, of: (type: string) => heard(type, (object) => object.payment_intent === id) };
};

test('a dispute event has its order and the current state', async () => {
  const { key, id, of } = await dispute();
  for (const type of ['charge.dispute.created', 'charge.dispute.funds_withdrawn']) {
    expect(await of(type)).toEqual([{ type, isRefundFailure: false, dispute: { key, isOpen: true } }]);
  }
  shop.fake.closeDispute(id, 'won');
  for (const type of ['charge.dispute.closed', 'charge.dispute.funds_reinstated', 'charge.dispute.created']) {
    expect(await of(type)).toEqual([{ type, isRefundFailure: false, dispute: { key, isOpen: false } }]);
  }
});

test('a lost dispute stays open', async () => {
  const { key, id, of } = await dispute();
  shop.fake.closeDispute(id, 'lost');
  const type = 'charge.dispute.closed';
  expect(await of(type)).toEqual([{ type, isRefundFailure: false, dispute: { key, isOpen: true } }]);
});

test('an inquiry opens no dispute', async () => {
  const { key, of } = await dispute('warning_needs_response');
  const type = 'charge.dispute.created';
  expect(await of(type)).toEqual([{ type, isRefundFailure: false, dispute: { key, isOpen: false } }]);
});

test('a dispute about no order of ours has no order', async () => {
  const { id } = await shop.stripe.paymentIntents.create({
    ...{ amount: 500, currency: 'usd', confirm: true, payment_method: 'pm_card_visa' },
    allowed_payment_method_types: ['card'],
  });
  shop.fake.openDispute(id);
  const type = 'charge.dispute.created';
  expect(await heard(type, (object) => object.payment_intent === id)).toEqual([{ type, isRefundFailure: false }]);
});

test('a dispute event fails while Stripe can’t be asked about it', async () => {
  const { of } = await dispute();
  shop.fake.faults.push({ on: 'list', how: 'lost-before', times: 9 });
  await expect(of('charge.dispute.created')).rejects.toThrow(PaymentUnanswered);
});

test('a failed payment and a failed refund are read without asking Stripe', async () => {
  const key = await shop.captured();
  const { id } = shop.intentOf(key);
  const type = 'payment_intent.succeeded';
  expect(await heard(type, (object) => object.id === id)).toEqual([
    { type, isRefundFailure: false, payment: { key, reference: id } },
  ]);
  shop.fake.failRefund(shop.fake.refundByHand(id).id);
  expect(await heard('refund.failed', (object) => object.payment_intent === id)).toEqual([
    { type: 'refund.failed', isRefundFailure: true, failedRefundOf: key },
  ]);
  shop.fake.failRefund(shop.fake.refundByHand(id).id, 'canceled');
  expect(await heard('charge.refund.updated', (object) => object.payment_intent === id)).toEqual(
    [1, 2].map(() => ({ type: 'charge.refund.updated', isRefundFailure: false, failedRefundOf: key })),
  );
  const stray = await shop.stripe.paymentIntents.create({
    ...{ amount: 500, currency: 'usd', confirm: true, payment_method: 'pm_card_visa' },
    allowed_payment_method_types: ['card'],
  });
  shop.fake.failRefund(shop.fake.refundByHand(stray.id).id);
  expect(await heard('refund.failed', (object) => object.payment_intent === stray.id)).toEqual([
    { type: 'refund.failed', isRefundFailure: true },
  ]);
});
