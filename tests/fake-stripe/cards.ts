import { missing } from './failure.ts';

export type Decline = { code: string; decline_code: string; message: string };
/**
 * The outcome of a charge: it succeeds, or is declined; some cards need their holder's consent first. A `pending`
 * refund is not done at once. The card's network refuses amounts of more than `maxDigits`.
 */
export type Card = { decline?: Decline; authenticate?: boolean; refund?: 'pending'; maxDigits?: number };

const declined = (reason: string, message: string, code = reason): Card => ({
  decline: { code, decline_code: reason, message },
});
const insufficientFunds = declined('insufficient_funds', 'Your card has insufficient funds.', 'card_declined');

const declines: Record<string, Card> = {
  chargeDeclined: declined('generic_decline', 'Your card was declined.', 'card_declined'),
  chargeDeclinedInsufficientFunds: insufficientFunds,
  chargeDeclinedLostCard: declined('lost_card', 'Your card was declined.', 'card_declined'),
  chargeDeclinedStolenCard: declined('stolen_card', 'Your card was declined.', 'card_declined'),
  chargeDeclinedFraudulent: declined('fraudulent', 'Your card was declined.', 'card_declined'),
  chargeDeclinedExpiredCard: declined('expired_card', 'Your card has expired.'),
  chargeDeclinedIncorrectCvc: declined('incorrect_cvc', "Your card's security code is incorrect."),
  chargeDeclinedProcessingError: declined('processing_error', 'An error occurred while processing your card.'),
};
const good = ['visa', 'visa_debit', 'mastercard', 'mastercard_debit', 'amex', 'discover', 'diners', 'jcb', 'unionpay'];

/** Stripe's own names for test cards. A decline goes by two names, with the brand and without. */
const cards = new Map<string, Card>([
  ...good.map((brand): [string, Card] => [`pm_card_${brand}`, brand === 'amex' ? { maxDigits: 9 } : {}]),
  ['pm_card_pendingRefund', { refund: 'pending' }],
  ...Object.entries(declines).flatMap(([name, card]): [string, Card][] => [
    [`pm_card_${name}`, card],
    [`pm_card_visa_${name}`, card],
  ]),
  ['pm_card_authenticationRequired', { authenticate: true }],
  ['pm_card_authenticationRequiredOnSetup', { authenticate: true }],
  ['pm_card_threeDSecure2Required', { authenticate: true }],
  ['pm_card_authenticationRequiredChargeDeclinedInsufficientFunds', { ...insufficientFunds, authenticate: true }],
]);

export function cardOf(paymentMethod: string): Card {
  const card = cards.get(paymentMethod);
  if (!card) throw missing('PaymentMethod', paymentMethod, 'payment_method');
  return card;
}
