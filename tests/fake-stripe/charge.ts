import { type Books, type Charge, type Intent, newId } from './books.ts';
import type { Card } from './cards.ts';

/** Puts the intent's amount on the card: declined, held until it is captured, or taken at once. */
export function charge(books: Books, intent: Intent, card: Card): void {
  intent.next_action = null;
  if (card.decline) {
    const { code, message } = card.decline;
    intent.latest_charge = newCharge(books, intent, { status: 'failed', failure_code: code, failure_message: message });
    fail(books, intent, { type: 'card_error', ...card.decline, charge: intent.latest_charge.id });
    return;
  }
  intent.latest_charge = newCharge(books, intent, { status: 'succeeded', paid: true });
  if (intent.capture_method === 'manual') hold(books, intent);
  else take(books, intent, intent.amount);
}

function hold(books: Books, intent: Intent): void {
  Object.assign(intent, { status: 'requires_capture', amount_capturable: intent.amount });
  books.emit('payment_intent.amount_capturable_updated', intent);
}

/** Captures `amount` of the authorisation; the rest is released. */
export function take(books: Books, intent: Intent, amount: number): void {
  Object.assign(intent.latest_charge!, { captured: true, amount_captured: amount });
  Object.assign(intent, { status: 'succeeded', amount_received: amount, amount_capturable: 0 });
  books.emit('payment_intent.succeeded', intent);
}

/** Ends an attempt to pay: another may follow, with another card. */
export function fail(books: Books, intent: Intent, error: object): void {
  intent.last_payment_error = { ...error, payment_method: { id: intent.payment_method, object: 'payment_method' } };
  Object.assign(intent, { status: 'requires_payment_method', payment_method: null, next_action: null });
  books.emit('payment_intent.payment_failed', intent);
}

const newCharge = (books: Books, intent: Intent, more: Partial<Charge>): Charge => ({
  id: newId('ch'),
  object: 'charge',
  amount: intent.amount,
  amount_captured: 0,
  amount_refunded: 0,
  captured: false,
  created: books.now(),
  currency: intent.currency,
  disputed: false,
  failure_code: null,
  failure_message: null,
  livemode: false,
  metadata: { ...intent.metadata },
  paid: false,
  payment_intent: intent.id,
  payment_method: intent.payment_method,
  refunded: false,
  status: 'succeeded',
  ...more,
});
