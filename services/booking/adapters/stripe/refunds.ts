import type Stripe from 'stripe';
import { PaymentRefused, PaymentUnanswered } from '../../domain/errors.ts';
import type { PaymentProvider, RefundRequest } from '../../domain/payment/payment-provider.ts';
import { toStripeAmountUp } from './amounts.ts';
import { all, asked, orderTag } from './client.ts';
import { isDisputed } from './disputes.ts';
import type { StripeIntents } from './intents.ts';
import { isDispute, isExpired, isKeptFault, isOtherRequest, isUnexpectedState } from './refusals.ts';

/** The metadata of a refund that names it: after a day Stripe forgets its idempotency key, but not this. */
const refundTag = 'onsale_refund';

/** Tries while other processes work on the same intent: they end within a few. */
export const maxLooks = 5;

export type RefundDeps = { stripe: Stripe; intents: StripeIntents };

/** The intent with its latest charge. */
export type Retrieve = (id: string) => Promise<Stripe.PaymentIntent>;

/** Returns how much to give back, given the existing refunds; in Stripe's units. */
type Owed = (given: Stripe.Refund[]) => number;

/** The steps after the sale: capture and refund. */
export function stripeRefunds(
  { stripe, intents }: RefundDeps,
  retrieve: Retrieve,
): Pick<PaymentProvider, 'capture' | 'refund' | 'findRefund' | 'giveBackStray'> {
  /**
   * Takes a step unless another process was faster; the intent then tells what is next. Returns the refusal, if any.
   */
  const step = async (work: Promise<unknown>): Promise<PaymentRefused | undefined> => {
    try {
      await asked(work);
      return undefined;
    } catch (error) {
      if (!(error instanceof PaymentRefused)) throw error;
      return isUnexpectedState(error) ? undefined : error;
    }
  };

  /** Captures the authorised money; an authorisation that can't be captured any more is cancelled. */
  async function take(intentId: string): Promise<PaymentRefused | undefined> {
    // Without an idempotency key: the state refuses a second capture, and a replayed response would tell nothing.
    const refused = await step(stripe.paymentIntents.capture(intentId));
    return refused && isExpired(refused) ? step(stripe.paymentIntents.cancel(intentId)) : refused;
  }

  async function giveBack(intentId: string, refundKey: string, owed: Owed): Promise<'refunded' | 'disputed'> {
    let refused: { amount: number; by: PaymentRefused } | undefined;
    for (let looks = 0; looks < maxLooks; looks++) {
      // The order matters: the effect of a counted failure is listed by then, and no refund by hand is overlooked.
      const failed = await intents.failedRefunds(refundKey);
      const charge = chargeOf(await retrieve(intentId));
      const refunds = await refundsOf(intentId);
      const own = refunds.filter(({ metadata }) => metadata?.[refundTag] === refundKey);
      if (own.some(stands)) return 'refunded';
      const amount = Math.min(owed(refunds.filter(stands)), charge.amount_captured - charge.amount_refunded);
      if (amount <= 0) return 'refunded';
      if (amount === refused?.amount) throw refused.by;
      if (charge.disputed && (await isDisputed(stripe, intentId))) return 'disputed';
      const by = await create({ intentId, refundKey, amount, failed, broken: own.length });
      if (!by) return 'refunded';
      if (isDispute(by)) return 'disputed';
      refused = { amount, by };
    }
    throw new PaymentUnanswered(new Error(`the refunds of ${intentId} change all the time`));
  }

  /** Makes a refund, or returns the refusal. After a request that failed for good the next one has another key. */
  async function create(of: {
    intentId: string;
    refundKey: string;
    amount: number;
    failed: number;
    broken: number;
  }): Promise<PaymentRefused | undefined> {
    const { intentId, refundKey, amount, failed, broken } = of;
    const ended = failed + broken;
    const idempotencyKey = ended === 0 ? `refund:${refundKey}` : `refund:${refundKey}:${ended}`;
    const metadata = { [refundTag]: refundKey };
    try {
      const request = { payment_intent: intentId, amount, metadata };
      const made = await asked(stripe.refunds.create(request, { idempotencyKey }));
      return stands(made) ? undefined : new PaymentRefused(reasonOf(made));
    } catch (error) {
      if (!(error instanceof PaymentUnanswered)) throw error;
      const isRefused = error instanceof PaymentRefused;
      if (isRefused || isKeptFault(error.cause) || isOtherRequest(error.cause)) {
        await intents.noteFailedRefund(refundKey, failed);
      }
      if (isRefused) return error;
      throw error;
    }
  }

  const refundsOf = (intentId: string) =>
    Array.fromAsync(all(stripe.refunds.list({ payment_intent: intentId, limit: 100 })));

  return {
    async capture(key) {
      const known = await intents.find(key);
      if (!known?.intentId) return 'gone';
      let refused: PaymentRefused | undefined;
      for (let looks = 0; looks < maxLooks; looks++) {
        const { status } = await retrieve(known.intentId);
        if (status === 'succeeded') return 'captured';
        if (status !== 'requires_capture') return 'gone';
        if (refused) throw refused;
        refused = await take(known.intentId);
      }
      throw new PaymentUnanswered(new Error(`${known.intentId} is not captured`));
    },

    async refund({ key, refundKey, amount, earlier }) {
      const known = await intents.find(key);
      if (!known?.intentId) return 'nothing';
      const { intentId } = known;
      let refused: PaymentRefused | undefined;
      for (let looks = 0; looks < maxLooks; looks++) {
        const intent = await retrieve(intentId);
        const currency = intent.currency.toUpperCase();
        const part = toStripeAmountUp(amount, currency);
        if (intent.status === 'succeeded') {
          return giveBack(intentId, refundKey, owedOf({ amount, earlier }, currency));
        }
        if (intent.status === 'canceled') return known.declined ? 'nothing' : 'voided';
        if (intent.status !== 'requires_capture') return 'nothing';
        if (refused) throw refused;
        refused = part === intent.amount ? await step(stripe.paymentIntents.cancel(intentId)) : await take(intentId);
      }
      throw new PaymentUnanswered(new Error(`${intentId} changes all the time`));
    },

    async findRefund({ key, refundKey, amount, earlier }) {
      const given = { is: 'given' } as const;
      const intentId = (await intents.find(key))?.intentId;
      if (!intentId) return given;
      const intent = await retrieve(intentId);
      if (intent.status !== 'succeeded') return given;
      const refunds = await refundsOf(intentId);
      const own = refunds.filter(({ metadata }) => metadata?.[refundTag] === refundKey);
      const standing = refunds.filter(stands);
      const owed = owedOf({ amount, earlier }, intent.currency.toUpperCase())(standing);
      const left = standing.reduce((rest, one) => rest - one.amount, chargeOf(intent).amount_captured);
      // The newest is listed first: without one of ours it is a refund by hand that counted as given.
      const failed = [...own, ...refunds].find((one) => !stands(one));
      if (own.some(stands) || Math.min(owed, left) <= 0 || !failed) return given;
      return { is: 'failed', reason: reasonOf(failed) };
    },

    async giveBackStray({ key, reference }) {
      const isOwn = async () => (await intents.find(key))?.intentId === reference;
      if (await isOwn()) return false;
      const intent = await retrieve(reference).catch((error: unknown) => {
        if (error instanceof PaymentRefused && error.reason === 'resource_missing') return undefined;
        throw error;
      });
      if (intent?.metadata[orderTag] !== key) return false;
      // Any other intent holds no money: another process may be about to store its id.
      if (intent.status !== 'requires_capture' && intent.status !== 'succeeded') return false;
      // The id is stored before the intent gets this far: an intent that was not the order's own above may be by now.
      if (await isOwn()) return false;
      if (intent.status === 'succeeded') {
        return (await giveBack(reference, `stray:${reference}`, () => intent.amount_received)) === 'refunded';
      }
      const refused = await step(stripe.paymentIntents.cancel(reference));
      if (refused) throw refused;
      return true;
    },
  };
}

/** Returns whether the money is with the buyer or on its way: the refund is neither failed nor cancelled. */
const stands = ({ status }: Stripe.Refund) => status !== 'failed' && status !== 'canceled';

const reasonOf = ({ status, failure_reason: reason }: Stripe.Refund) => reason ?? `refund_${status}`;

/** Returns how much is still to be given for a refund, after the earlier ones; refunds by hand count, too. */
function owedOf({ amount, earlier }: Pick<RefundRequest, 'amount' | 'earlier'>, currency: string): Owed {
  const sum = earlier.reduce((total, one) => total + one.amount, amount);
  const counted = new Set(earlier.map((one) => one.refundKey));
  const counts = (tag: string | undefined) => tag === undefined || counted.has(tag);
  return (given) => {
    const before = given.filter(({ metadata }) => counts(metadata?.[refundTag]));
    const rest = before.reduce((left, one) => left - one.amount, toStripeAmountUp(sum, currency));
    return Math.min(toStripeAmountUp(amount, currency), rest);
  };
}

function chargeOf({ id, latest_charge: charge }: Stripe.PaymentIntent): Stripe.Charge {
  if (charge && typeof charge !== 'string') return charge;
  throw new Error(`${id} came without its charge`);
}
