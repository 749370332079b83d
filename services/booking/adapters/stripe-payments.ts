import type Stripe from 'stripe';
import type { PaymentMethods } from '../domain/payment-methods.ts';
import {
  type Charge,
  type PaymentProvider,
  PaymentUnanswered,
  type Settled,
  type Standing,
} from '../domain/payment-provider.ts';
import { fromStripeAmount, toStripeAmount } from './stripe/amounts.ts';
import { asked, declineReason, isUnexpectedState, isUnknownMethod, orderTag } from './stripe/client.ts';
import { type RefundDeps, stripeRefunds } from './stripe/refunds.ts';

export type StripeDeps = RefundDeps & { methods: Pick<PaymentMethods, 'referenceOf'> };

/** Somebody else is at the same intent: it comes to an end within a few looks. */
const mostLooks = 5;

/**
 * Payments by Stripe: a PaymentIntent for each order, confirmed here and captured by hand. Its id is stored before it is
 * confirmed, and what is cancelled can't be confirmed, so no payment is made twice or after its order was given up.
 *
 * Idempotency keys protect what creates something; a replay tells how things stood then, so how they stand is read anew.
 */
export function stripePayments(deps: StripeDeps): PaymentProvider {
  const { stripe, intents, methods } = deps;
  const retrieve = (id: string) => asked(stripe.paymentIntents.retrieve(id));

  /**
   * Cancels an intent unless its money is reserved by now: also a declined one, for another card could still pay it. Why it was
   * declined is kept before that, for whoever finds it cancelled.
   */
  async function cancel(key: string, intent: Stripe.PaymentIntent): Promise<Settled> {
    for (let looks = 0; looks < mostLooks; looks++) {
      const now = looks === 0 ? intent : await retrieve(intent.id);
      if (now.status === 'canceled') return ended(key);
      if (isAuthorised(now)) return { is: 'authorised' };
      if (now.last_payment_error) await intents.noteDecline(key, declineReason(now.last_payment_error));
      try {
        await asked(stripe.paymentIntents.cancel(intent.id));
        return await ended(key);
      } catch (error) {
        if (!isUnexpectedState(error)) throw error;
      }
    }
    throw new PaymentUnanswered(new Error(`${intent.id} changes all the time`));
  }

  /** How an order ended whose intent is cancelled, or was never made. */
  async function ended(key: string): Promise<Settled> {
    const declined = (await intents.find(key))?.declined;
    return declined ? { is: 'declined', reason: declined } : { is: 'voided' };
  }

  async function standing(key: string, intent: Stripe.PaymentIntent): Promise<Standing> {
    if (isAuthorised(intent)) return { is: 'authorised' };
    if (intent.status === 'canceled') return ended(key);
    if (intent.status === 'requires_action') {
      return { is: 'action', action: { type: 'stripe', client_secret: intent.client_secret! } };
    }
    const isDeclined = intent.status === 'requires_payment_method' && intent.last_payment_error;
    return isDeclined ? cancel(key, intent) : { is: 'open' };
  }

  async function unknownMethod(key: string, intent: Stripe.PaymentIntent): Promise<Settled> {
    await intents.noteDecline(key, 'unknown_payment_method');
    return cancel(key, intent);
  }

  const find = async (key: string): Promise<Standing> => {
    const known = await intents.find(key);
    if (known?.intentId) return standing(key, await retrieve(known.intentId));
    return known?.closed ? { is: 'voided' } : { is: 'open' };
  };

  /** The order's own intent, made if need be; undefined when the order was closed before there was one. */
  async function intentOf({ key, amount, currency }: { key: string; amount: number; currency: string }) {
    const known = await intents.find(key);
    if (known?.intentId) return { known, intent: await retrieve(known.intentId) };
    if (known?.closed) return { known };
    const intent = await asked(
      stripe.paymentIntents.create(
        {
          amount: toStripeAmount(amount, currency),
          currency: currency.toLowerCase(),
          capture_method: 'manual',
          allowed_payment_method_types: ['card'],
          metadata: { [orderTag]: key },
        },
        { idempotencyKey: `${key}:create` },
      ),
    );
    const now = await intents.remember(key, intent.id);
    if (!now.intentId) return { known: now };
    return {
      known: now,
      intent: isReplay(intent) || now.intentId !== intent.id ? await retrieve(now.intentId) : intent,
    };
  }

  return {
    async authorise({ methodUuid, userUuid, ...request }) {
      const { key } = request;
      const reference = await methods.referenceOf({ uuid: methodUuid, userUuid });
      const { known, intent } = await intentOf(request);
      if (!intent || known.closed) return find(key);
      const isFresh = ['requires_payment_method', 'requires_confirmation'].includes(intent.status);
      if (!isFresh || intent.last_payment_error) return standing(key, intent);
      if (!reference) return unknownMethod(key, intent);
      try {
        const confirmed = await asked(
          stripe.paymentIntents.confirm(
            intent.id,
            { payment_method: reference, use_stripe_sdk: true },
            { idempotencyKey: `${key}:confirm` },
          ),
        );
        return await standing(key, isReplay(confirmed) ? await retrieve(intent.id) : confirmed);
      } catch (error) {
        if (error instanceof PaymentUnanswered) throw error;
        if (isUnknownMethod(error)) return unknownMethod(key, intent);
        // Declined, or changed by somebody else: the intent tells.
        const now = await retrieve(intent.id);
        if (now.status === intent.status && !now.last_payment_error) throw error;
        return find(key);
      }
    },

    find,

    async close(key) {
      const known = await intents.close(key);
      if (!known.intentId) return { is: 'voided' };
      const intent = await retrieve(known.intentId);
      if (intent.status === 'processing') throw new PaymentUnanswered(new Error(`${intent.id} is processing`));
      return cancel(key, intent);
    },

    async *charges() {
      const list = stripe.paymentIntents.list({ limit: 100, expand: ['data.latest_charge'] });
      const pages = list[Symbol.asyncIterator]();
      for (let next = await asked(pages.next()); !next.done; next = await asked(pages.next())) {
        const charge = chargeOf(next.value);
        if (charge) yield charge;
      }
    },

    ...stripeRefunds(deps, retrieve),
  };
}

const isAuthorised = ({ status }: Stripe.PaymentIntent) => status === 'requires_capture' || status === 'succeeded';

const isReplay = ({ lastResponse }: Stripe.Response<Stripe.PaymentIntent>) =>
  lastResponse.headers['idempotent-replayed'] === 'true';

/** Undefined of what is none of ours. */
function chargeOf(intent: Stripe.PaymentIntent): Charge | undefined {
  const { metadata, latest_charge: charge, currency, amount_capturable: held } = intent;
  const key = metadata[orderTag];
  if (!key) return undefined;
  const kept = charge && typeof charge !== 'string' ? charge.amount_captured - charge.amount_refunded : 0;
  return { key, kept: fromStripeAmount(kept, currency), held: fromStripeAmount(held, currency) };
}
