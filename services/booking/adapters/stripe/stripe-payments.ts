import type Stripe from 'stripe';
import { sleep } from '../../../../shared/async/clock.ts';
import { PaymentRefused, PaymentUnanswered } from '../../domain/errors.ts';
import type { PaymentMethods } from '../../domain/payment/payment-methods.ts';
import type {
  Charge,
  DeclineReason,
  FinalPaymentState,
  PaymentProvider,
  PaymentState,
  ProviderName,
} from '../../domain/payment/payment-provider.ts';
import { boundsOf, fromStripeAmount, toStripeAmount } from './amounts.ts';
import { all, asked, orderTag } from './client.ts';
import { isDisputed } from './disputes.ts';
import type { KnownIntent, Turn } from './intents.ts';
import { maxLooks, type RefundDeps, stripeRefunds } from './refunds.ts';
import {
  declineReason,
  declineReasonOf,
  isCardError,
  isUnexpectedState,
  isUnusableMethod,
  notChargeable,
} from './refusals.ts';

/** `name` is the mode of the key that `stripe` uses: test by default. */
export type StripeDeps = RefundDeps & { methods: Pick<PaymentMethods, 'referenceOf'>; name?: ProviderName };

/** A turn is over within a request or two to Stripe. */
const maxTurns = 20;
const turnPauseMs = 100;
/** From a look until the cancellation is sent: with the requests themselves well within a turn. */
const maxLookMs = 12_000;

type Sum = { key: string; amount: number; currency: string };

/**
 * Payments by Stripe: a PaymentIntent for each order, confirmed here and captured by hand. Its id is stored before it
 * is confirmed, and a cancelled intent can't be confirmed, so no payment is made twice or after its order was given up.
 *
 * Idempotency keys protect requests that create something; a replay returns an old state, so the state is read anew.
 */
export function stripePayments(deps: StripeDeps): PaymentProvider {
  const { stripe, intents, methods, name = 'stripe:test' } = deps;

  /** A payment of the other mode is not ours to end, whatever the key says. */
  function inMode<T extends Stripe.PaymentIntent>(intent: T): T {
    if (intent.livemode === (name === 'stripe:live')) return intent;
    throw new PaymentRefused('livemode', new Error(`${intent.id} is of another mode than ${name}`));
  }

  const retrieve = async (id: string) =>
    inMode(await asked(stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] })));

  /**
   * Closes an order, and cancels its intent unless its money is authorised by now: also a declined one, for another card
   * could still pay it. From then on no process confirms it. Why it was declined is stored first, for callers that find
   * it cancelled: the intent tells, unless there is a `reason`.
   *
   * Only the process that has the turn cancels, and looks only after it took it: else a late cancellation could void
   * money that another process has found authorised since, and sold seats for.
   */
  async function close(key: string, reason?: DeclineReason): Promise<FinalPaymentState> {
    const { intentId: id, ...begun } = await turnOf(key);
    if (!id) return endTurn(key, begun, { is: 'voided' });
    let turn: Turn | undefined = begun;
    let isUnderWay = false;
    try {
      let refused: PaymentRefused | undefined;
      for (let looks = 0; looks < maxLooks; looks++) {
        turn = looks === 0 ? begun : await intents.keepClosing(key, turn);
        if (!turn) throw beingClosed(key);
        const lookedAt = performance.now();
        const now = await retrieve(id);
        if (now.status === 'canceled') return await ended(key);
        if (now.status === 'succeeded') return { is: 'authorised' };
        if (now.status === 'requires_capture') {
          if (turn.late) throw beingClosed(key);
          return await endTurn(key, turn, { is: 'authorised' });
        }
        if (now.status === 'processing') throw new PaymentUnanswered(new Error(`${id} is processing`));
        if (refused) throw refused;
        const why = reason ?? (now.last_payment_error && declineReason(now.last_payment_error));
        if (why) await intents.noteDecline(key, why);
        // A process that stood still looks again: its turn may be over.
        if (performance.now() - lookedAt > maxLookMs) continue;
        isUnderWay = true;
        const by = await asked(stripe.paymentIntents.cancel(id)).then(() => undefined, refusalOf);
        isUnderWay = false;
        if (!by) return await ended(key);
        if (!isUnexpectedState(by)) refused = by;
      }
      throw new PaymentUnanswered(new Error(`${id} changes all the time`));
    } finally {
      if (turn) await intents.endClosing(key, turn, isUnderWay).catch(() => {});
    }
  }

  async function turnOf(key: string): Promise<KnownIntent & Turn> {
    for (let tries = 0; tries < maxTurns; tries++) {
      const begun = await intents.beginClosing(key);
      if (begun) return begun;
      await sleep(turnPauseMs);
    }
    throw beingClosed(key);
  }

  /** Ends a turn with a state that holds only if nobody else has had it meanwhile. */
  async function endTurn<T>(key: string, turn: Turn, state: T): Promise<T> {
    if (await intents.endClosing(key, turn)) return state;
    throw beingClosed(key);
  }

  /** Returns how an order ended whose intent is cancelled, or was never made. */
  async function ended(key: string): Promise<FinalPaymentState> {
    const declined = (await intents.find(key))?.declined;
    return declined ? { is: 'declined', reason: declined } : { is: 'voided' };
  }

  /** Returns the state of a payment as `intent` shows it, which must be read after the call began. */
  async function stateOf(key: string, intent: Stripe.PaymentIntent): Promise<PaymentState> {
    if (intent.status === 'succeeded') return { is: 'authorised' };
    if (intent.status === 'canceled') return ended(key);
    // It may have been cancelled since it was read: only a look within a turn tells.
    if ((await intents.find(key))?.closed) return close(key);
    if (intent.status === 'requires_capture') return { is: 'authorised' };
    if (intent.status === 'requires_action') {
      return { is: 'action', action: { type: 'stripe', clientSecret: intent.client_secret! } };
    }
    const isDeclined = intent.status === 'requires_payment_method' && intent.last_payment_error;
    return isDeclined ? close(key) : { is: 'open' };
  }

  const find = async (key: string): Promise<PaymentState> => {
    const known = await intents.find(key);
    if (known?.intentId) return stateOf(key, await retrieve(known.intentId));
    return known?.closed ? { is: 'voided' } : { is: 'open' };
  };

  /** Returns the order's own intent, made if need be; undefined when the order was closed before there was one. */
  async function intentOf({ key, amount, currency }: Sum) {
    const known = await intents.find(key);
    if (known?.intentId) return { known, intent: await retrieve(known.intentId) };
    if (known?.closed) return { known };
    const intent = inMode(await create({ key, amount, currency }));
    const now = await intents.remember(key, intent.id);
    if (!now.intentId) return { known: now };
    return {
      known: now,
      intent: isReplay(intent) || now.intentId !== intent.id ? await retrieve(now.intentId) : intent,
    };
  }

  async function create({ key, amount, currency }: Sum) {
    const request: Stripe.PaymentIntentCreateParams = {
      amount: toStripeAmount(amount, currency),
      currency: currency.toLowerCase(),
      capture_method: 'manual',
      allowed_payment_method_types: ['card'],
      metadata: { [orderTag]: key },
    };
    try {
      return await asked(stripe.paymentIntents.create(request, { idempotencyKey: `${key}:create` }));
    } catch (error) {
      throw (error instanceof PaymentRefused && notChargeable(error, { amount, currency })) || error;
    }
  }

  /**
   * Returns the state of a payment whose confirmation was refused. Ends it if the refusal is final and the intent
   * silent.
   */
  async function refused(sum: Sum, intent: Stripe.PaymentIntent, by: PaymentRefused): Promise<PaymentState> {
    const { key } = sum;
    if (isUnusableMethod(by)) return close(key, 'unknown_payment_method');
    const now = await retrieve(intent.id);
    // Declined, or changed by somebody else.
    if (now.status !== intent.status || now.last_payment_error) return find(key);
    if (isCardError(by)) return close(key, declineReasonOf(by));
    const amountRefused = notChargeable(by, sum);
    if (!amountRefused) throw by;
    const settled = await close(key);
    if (settled.is !== 'voided') return settled;
    throw amountRefused;
  }

  return {
    name,
    bounds: boundsOf,

    async authorise({ methodUuid, userUuid, ...sum }) {
      const { key } = sum;
      const reference = await methods.referenceOf({ uuid: methodUuid, userUuid });
      const { known, intent } = await intentOf(sum);
      if (!intent || known.closed) return find(key);
      const isFresh = ['requires_payment_method', 'requires_confirmation'].includes(intent.status);
      if (!isFresh || intent.last_payment_error) return stateOf(key, intent);
      if (!reference) return close(key, 'unknown_payment_method');
      try {
        const intentNow = await asked(
          stripe.paymentIntents.confirm(
            intent.id,
            { payment_method: reference, use_stripe_sdk: true },
            { idempotencyKey: `${key}:confirm` },
          ),
        );
        return await stateOf(key, isReplay(intentNow) ? await retrieve(intent.id) : intentNow);
      } catch (error) {
        if (!(error instanceof PaymentRefused)) throw error;
        return refused(sum, intent, error);
      }
    },

    find,

    close: (key) => close(key),

    async *charges() {
      const list = stripe.paymentIntents.list({ limit: 100, expand: ['data.latest_charge'] });
      for await (const intent of all(list)) {
        const key = intent.metadata[orderTag];
        if (key) yield chargeOf(key, intent);
      }
    },

    ...stripeRefunds(deps, retrieve),
  };

  async function chargeOf(key: string, intent: Stripe.PaymentIntent): Promise<Charge> {
    const { latest_charge: latest, currency, amount_capturable: held } = intent;
    const charge = latest && typeof latest !== 'string' ? latest : undefined;
    const kept = charge ? charge.amount_captured - charge.amount_refunded : 0;
    return {
      key,
      kept: fromStripeAmount(kept, currency),
      held: fromStripeAmount(held, currency),
      // `disputed` stays true for ever, also when the case was won.
      isDisputed: charge?.disputed === true && (await isDisputed(stripe, intent.id)),
    };
  }
}

/** Its headers are the runtime's own: `Headers` where Stripe's client asks by fetch, or Node's object. */
const isReplay = ({ lastResponse }: Stripe.Response<Stripe.PaymentIntent>) =>
  new Headers(lastResponse.headers as Record<string, string>).get('idempotent-replayed') === 'true';

const beingClosed = (key: string) =>
  new PaymentUnanswered(new Error(`the payment of order ${key} is being closed by another process`));

/** Returns a refusal; throws any other error. */
function refusalOf(error: unknown): PaymentRefused {
  if (error instanceof PaymentRefused) return error;
  throw error;
}
