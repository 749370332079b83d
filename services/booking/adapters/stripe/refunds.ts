import type Stripe from 'stripe';
import { type PaymentProvider, PaymentUnanswered } from '../../domain/payment-provider.ts';
import { toStripeAmount } from './amounts.ts';
import { asked, isKeptFault, isUnexpectedState, orderTag } from './client.ts';
import type { StripeIntents } from './intents.ts';

/** The metadata of a refund that names it: after a day Stripe forgets its idempotency key, but not this. */
const refundTag = 'onsale_refund';

const mostLooks = 5;

export type RefundDeps = { stripe: Stripe; intents: StripeIntents };

/** What comes after the sale: to take what is reserved, and to give back. */
export function stripeRefunds(
  { stripe, intents }: RefundDeps,
  retrieve: (id: string) => Promise<Stripe.PaymentIntent>,
): Pick<PaymentProvider, 'capture' | 'refund' | 'giveBackStray'> {
  /** Takes a step unless somebody else has taken one; the intent then tells what is next. */
  const step = (work: Promise<unknown>) =>
    asked(work).catch((error: unknown) => {
      if (!isUnexpectedState(error)) throw error;
    });

  async function giveBack(intent: Stripe.PaymentIntent, refundKey: string, amount?: number): Promise<void> {
    const failed = await intents.failedRefunds(refundKey);
    if (await isMade(intent, refundKey)) return;
    const idempotencyKey = failed === 0 ? `refund:${refundKey}` : `refund:${refundKey}:${failed}`;
    const metadata = { [refundTag]: refundKey };
    const request = { payment_intent: intent.id, ...(amount !== undefined && { amount }), metadata };
    await asked(stripe.refunds.create(request, { idempotencyKey })).catch(async (error: unknown) => {
      if (error instanceof PaymentUnanswered && isKeptFault(error.cause)) {
        await intents.noteFailedRefund(refundKey, failed);
      }
      throw error;
    });
  }

  async function isMade(intent: Stripe.PaymentIntent, refundKey: string): Promise<boolean> {
    const made = stripe.refunds.list({ payment_intent: intent.id, limit: 100 })[Symbol.asyncIterator]();
    for (let next = await asked(made.next()); !next.done; next = await asked(made.next())) {
      const { metadata, status } = next.value;
      if (metadata?.[refundTag] === refundKey && status !== 'failed' && status !== 'canceled') return true;
    }
    return false;
  }

  return {
    async capture(key) {
      const known = await intents.find(key);
      if (!known?.intentId) return 'gone';
      for (let looks = 0; looks < mostLooks; looks++) {
        const { status } = await retrieve(known.intentId);
        if (status === 'succeeded') return 'captured';
        if (status !== 'requires_capture') return 'gone';
        // Without a key of ours: a second capture is refused by the state, and an answer of old would tell nothing.
        await step(stripe.paymentIntents.capture(known.intentId));
      }
      throw new PaymentUnanswered(new Error(`${known.intentId} is not captured`));
    },

    async refund({ key, refundKey, amount }) {
      const known = await intents.find(key);
      if (!known?.intentId) return 'nothing';
      for (let looks = 0; looks < mostLooks; looks++) {
        const intent = await retrieve(known.intentId);
        const part = toStripeAmount(amount, intent.currency.toUpperCase());
        if (intent.status === 'succeeded') {
          await giveBack(intent, refundKey, part);
          return 'refunded';
        }
        if (intent.status === 'canceled') return known.declined ? 'nothing' : 'voided';
        if (intent.status !== 'requires_capture') return 'nothing';
        const { paymentIntents } = stripe;
        await step(part === intent.amount ? paymentIntents.cancel(intent.id) : paymentIntents.capture(intent.id));
      }
      throw new PaymentUnanswered(new Error(`${known.intentId} changes all the time`));
    },

    async giveBackStray({ key, reference }) {
      const isOwn = async () => (await intents.find(key))?.intentId === reference;
      if (await isOwn()) return false;
      const intent = await retrieve(reference);
      if (intent.metadata[orderTag] !== key) return false;
      // Anything else holds no money: another process may be about to write its id down.
      if (intent.status !== 'requires_capture' && intent.status !== 'succeeded') return false;
      // An id is written down before it can get there: what was not the order's own above may be by now.
      if (await isOwn()) return false;
      if (intent.status === 'requires_capture') {
        await step(stripe.paymentIntents.cancel(reference));
        return true;
      }
      await giveBack(intent, `stray:${reference}`);
      return true;
    },
  };
}
