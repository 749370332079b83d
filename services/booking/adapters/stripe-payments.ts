import type Stripe from 'stripe';
import type { PaymentMethods } from '../domain/payment-methods.ts';
import {
  type Charge,
  type DeclineReason,
  type PaymentProvider,
  PaymentUnanswered,
  type Settled,
  type Standing,
} from '../domain/payment-provider.ts';
import { fromStripeAmount, toStripeAmount } from './stripe/amounts.ts';
import { asked, declineReason, isUnexpectedState, isUnknownMethod, orderTag } from './stripe/client.ts';
import type { KnownIntent } from './stripe/intents.ts';
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

  /** Cancels an intent unless its money is reserved by now; answers how it stands then. */
  async function cancel(intent: Stripe.PaymentIntent): Promise<Stripe.PaymentIntent> {
    for (let looks = 0; looks < mostLooks; looks++) {
      const now = looks === 0 ? intent : await retrieve(intent.id);
      if (['requires_capture', 'succeeded', 'canceled'].includes(now.status)) return now;
      try {
        return await asked(stripe.paymentIntents.cancel(intent.id));
      } catch (error) {
        if (!isUnexpectedState(error)) throw error;
      }
    }
    throw new PaymentUnanswered(new Error(`${intent.id} changes all the time`));
  }

  /** A declined intent could be paid by another card: it is cancelled, and the reason kept. */
  async function decline(key: string, intent: Stripe.PaymentIntent, reason: DeclineReason): Promise<Settled> {
    const { status } = await cancel(intent);
    if (status !== 'canceled') return { is: 'authorised' };
    const { declined } = await intents.close(key, reason);
    return { is: 'declined', reason: declined ?? reason };
  }

  async function standing(key: string, known: KnownIntent, intent: Stripe.PaymentIntent): Promise<Standing> {
    if (intent.status === 'requires_capture' || intent.status === 'succeeded') return { is: 'authorised' };
    if (intent.status === 'canceled') return ended(known);
    if (intent.status === 'requires_action') {
      return { is: 'action', action: { type: 'stripe', client_secret: intent.client_secret! } };
    }
    const failed = intent.status === 'requires_payment_method' ? intent.last_payment_error : null;
    return failed ? decline(key, intent, declineReason(failed)) : { is: 'open' };
  }

  const find = async (key: string): Promise<Standing> => {
    const known = await intents.find(key);
    if (!known?.intentId) return known?.closed ? ended(known) : { is: 'open' };
    return known.declined ? ended(known) : standing(key, known, await retrieve(known.intentId));
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
      if (!isFresh || intent.last_payment_error) return standing(key, known, intent);
      if (!reference) return decline(key, intent, 'unknown_payment_method');
      try {
        const confirmed = await asked(
          stripe.paymentIntents.confirm(
            intent.id,
            { payment_method: reference, use_stripe_sdk: true },
            { idempotencyKey: `${key}:confirm` },
          ),
        );
        return await standing(key, known, isReplay(confirmed) ? await retrieve(intent.id) : confirmed);
      } catch (error) {
        if (error instanceof PaymentUnanswered) throw error;
        if (isUnknownMethod(error)) return decline(key, intent, 'unknown_payment_method');
        // Declined, or changed by somebody else: the intent tells.
        const now = await retrieve(intent.id);
        if (now.status === intent.status && !now.last_payment_error) throw error;
        return find(key);
      }
    },

    find,

    async close(key) {
      const known = await intents.close(key);
      if (!known.intentId || known.declined) return ended(known);
      const intent = await retrieve(known.intentId);
      if (intent.status === 'processing') throw new PaymentUnanswered(new Error(`${intent.id} is processing`));
      return (await cancel(intent)).status === 'canceled' ? ended(known) : { is: 'authorised' };
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

const ended = ({ declined }: KnownIntent): Settled =>
  declined ? { is: 'declined', reason: declined } : { is: 'voided' };

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
