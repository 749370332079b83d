import { type Books, type Intent, newId, type Refund } from './books.ts';
import { cardOf } from './cards.ts';
import { checkStep, money } from './currencies.ts';
import { isBlocked } from './disputes.ts';
import { invalid, missing, refused } from './failure.ts';
import { checkNames, type Form, integerOf, metadataOf, oneOf, textOf } from './form.ts';

export function createRefund(books: Books, form: Form): Refund {
  checkNames(form, ['payment_intent', 'charge', 'amount', 'metadata', 'reason']);
  const intent = refundable(books, form);
  const charge = intent.latest_charge;
  const given = integerOf(form, 'amount');
  if (given === 0) throw invalid('Invalid positive integer', 'amount', 'parameter_invalid_integer');
  if (given !== undefined) checkStep(given, intent.currency);
  const metadata = metadataOf(form);
  const reason = oneOf(form, 'reason', ['duplicate', 'fraudulent', 'requested_by_customer']) ?? null;
  if (intent.status === 'requires_capture') {
    throw refused(`PaymentIntent ${intent.id} is not captured: cancel it instead`);
  }
  if (!charge?.captured) throw refused(`PaymentIntent ${intent.id} has no successful charge to refund`);
  if (isBlocked(books, intent)) throw refused(`Charge ${charge.id} is disputed`, { code: 'charge_disputed' });
  const left = charge.amount_captured - charge.amount_refunded;
  if (left === 0) throw refused(`Charge ${charge.id} is refunded already`, { code: 'charge_already_refunded' });
  const amount = given ?? left;
  if (amount > left) {
    const text = (value: number) => money(value, intent.currency);
    throw refused(`Refund of ${text(amount)} is more than the ${text(left)} left of the charge`, { param: 'amount' });
  }
  const refund: Refund = {
    id: newId('re'),
    object: 'refund',
    amount,
    charge: charge.id,
    created: books.now(),
    currency: intent.currency,
    metadata,
    payment_intent: intent.id,
    reason,
    status: cardOf(charge.payment_method!).refund ?? 'succeeded',
  };
  books.refunds.set(refund.id, refund);
  giveBack(books, refund, amount);
  books.emit('charge.refunded', charge);
  return refund;
}

/** A refund by hand in the dashboard: of a part, or of the rest, without our metadata. */
export const refundByHand = (books: Books, intentId: string, amount?: number): Refund =>
  createRefund(books, { payment_intent: intentId, ...(amount !== undefined && { amount: String(amount) }) });

export function refundOf(books: Books, id: string): Refund {
  const refund = books.refunds.get(id);
  if (!refund) throw missing('refund', id, 'id', 404);
  return refund;
}

/** A pending refund arrives. */
export function settleRefund(books: Books, id: string): void {
  const refund = books.refunds.get(id);
  if (refund?.status !== 'pending') throw missing('refund', id, 'id', 404);
  refund.status = 'succeeded';
}

/** The bank sends a refund back, days later, or it is cancelled: the money is with the seller again. */
export function failRefund(books: Books, id: string, status: 'failed' | 'canceled' = 'failed'): void {
  const refund = books.refunds.get(id);
  if (refund?.status !== 'succeeded' && refund?.status !== 'pending') throw missing('refund', id, 'id', 404);
  Object.assign(refund, { status, ...(status === 'failed' && { failure_reason: 'expired_or_canceled_card' }) });
  giveBack(books, refund, -refund.amount);
  books.emit('charge.refund.updated', refund);
  if (status === 'failed') books.emit('refund.failed', refund);
}

function giveBack(books: Books, refund: Refund, amount: number): void {
  const intent = books.intents.get(refund.payment_intent)!;
  const charge = intent.latest_charge!;
  charge.amount_refunded += amount;
  charge.refunded = charge.amount_refunded === charge.amount_captured;
}

function refundable(books: Books, form: Form): Intent {
  const [id, charge] = [textOf(form, 'payment_intent'), textOf(form, 'charge')];
  if (id === undefined && charge === undefined) {
    throw invalid('One of payment_intent and charge is needed', undefined, 'parameter_missing');
  }
  const intent =
    id === undefined
      ? [...books.intents.values()].find((one) => one.latest_charge?.id === charge)
      : books.intents.get(id);
  if (!intent)
    throw id === undefined ? missing('charge', charge!, 'charge') : missing('payment_intent', id, 'payment_intent');
  return intent;
}
