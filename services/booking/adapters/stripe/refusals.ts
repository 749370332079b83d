import Stripe from 'stripe';
import { AmountNotChargeable, type PaymentRefused } from '../../domain/errors.ts';
import type { DeclineReason } from '../../domain/payment/payment-provider.ts';
import { boundsOf } from './amounts.ts';

// The meaning of Stripe's errors, by code: https://docs.stripe.com/error-codes. An error in none of these lists needs a
// person's attention.

const codes = (text: string) => new Set(text.split(' '));

const stateCodes = codes('payment_intent_unexpected_state intent_invalid_state charge_already_captured');
const expiredCodes = codes('charge_expired_for_capture capture_charge_authorization_expired');
const disputeCodes = codes('charge_disputed refund_disputed_payment');
const amountCodes = codes(
  'amount_too_small amount_too_large invalid_charge_amount charge_exceeds_transaction_limit charge_exceeds_source_limit',
);
const methodCodes = codes(
  'payment_intent_incompatible_payment_method payment_method_unactivated payment_method_unexpected_state ' +
    'payment_method_not_available payment_method_restricted payment_method_currency_mismatch ' +
    'payment_method_unsupported_type payment_method_invalid_parameter expired_payment_method token_already_used',
);

type Details = Pick<Stripe.errors.StripeError, 'code' | 'param' | 'decline_code'>;
const detailsOf = ({ cause }: PaymentRefused): Details => (cause instanceof Stripe.errors.StripeError ? cause : {});

/** The step does not fit the intent's state (any more): another process was faster. */
export const isUnexpectedState = ({ reason }: PaymentRefused): boolean => stateCodes.has(reason);

/** The authorisation has expired. */
export const isExpired = ({ reason }: PaymentRefused): boolean => expiredCodes.has(reason);

/** The payment is disputed. */
export const isDispute = ({ reason }: PaymentRefused): boolean => disputeCodes.has(reason);

/** The payment method is unknown, used up, or does not fit this payment: another may. */
export const isUnusableMethod = (refused: PaymentRefused): boolean =>
  detailsOf(refused).param === 'payment_method' || methodCodes.has(refused.reason);

export const isCardError = ({ cause }: PaymentRefused): boolean => cause instanceof Stripe.errors.StripeCardError;

/** Stripe has stored an error of its own as the response to this idempotency key: the request has failed for good. */
export const isKeptFault = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeAPIError && error.headers?.['idempotent-replayed'] === 'true';

/** The idempotency key was first used for another request. */
export const isOtherRequest = (error: unknown): boolean => error instanceof Stripe.errors.StripeIdempotencyError;

/** Returns the refused amount; undefined for any other refusal. */
export function notChargeable(
  refused: PaymentRefused,
  { amount, currency }: { amount: number; currency: string },
): AmountNotChargeable | undefined {
  const { param } = detailsOf(refused);
  if (param === 'currency') return new AmountNotChargeable({ amount, currency });
  if (param !== 'amount' && !amountCodes.has(refused.reason)) return undefined;
  const bounds = boundsOf(currency);
  if (!bounds) return new AmountNotChargeable({ amount, currency });
  const { step } = bounds;
  // It passed our bounds: Stripe's are narrower, but only this one amount is known to be refused.
  const isAbout = (what: string) => refused.reason.includes(what);
  const learned = isAbout('too_small')
    ? { min: amount + step }
    : isAbout('too_large') || isAbout('exceeds')
      ? { max: amount - step }
      : {};
  return new AmountNotChargeable({ amount, currency, bounds: { ...bounds, ...learned } });
}

/** Returns the reason that a buyer may see (docs.stripe.com/declines/codes): fraud and theft stay hidden. */
export function declineReason(error: { code?: string | undefined; decline_code?: string | undefined }): DeclineReason {
  return reasons[error.decline_code ?? ''] ?? reasons[error.code ?? ''] ?? 'card_declined';
}

/** Returns the reason of a refusal that a buyer may see. */
export const declineReasonOf = (refused: PaymentRefused): DeclineReason => declineReason(detailsOf(refused));

const reasons: Record<string, DeclineReason> = {
  insufficient_funds: 'insufficient_funds',
  expired_card: 'expired_card',
  incorrect_cvc: 'incorrect_cvc',
  invalid_cvc: 'incorrect_cvc',
  incorrect_number: 'incorrect_number',
  invalid_number: 'incorrect_number',
  processing_error: 'processing_error',
  authentication_required: 'authentication_failed',
  payment_intent_authentication_failure: 'authentication_failed',
};
