import { type Books, expectStatus, type Intent, newId, nobody } from './books.ts';
import { cardOf } from './cards.ts';
import { take } from './charge.ts';
import { checkAttempt, confirmNames } from './confirm.ts';
import { checkAmount, checkCurrency, checkStep } from './currencies.ts';
import { invalid, refused } from './failure.ts';
import { checkNames, type Form, flagOf, integerOf, listOf, metadataOf, oneOf, required, textOf } from './form.ts';

const createNames = [
  ...confirmNames,
  ...['amount', 'currency', 'capture_method', 'allowed_payment_method_types', 'automatic_payment_methods'],
  ...['metadata', 'confirm', 'description', 'receipt_email', 'statement_descriptor_suffix'],
];

export function createIntent(books: Books, form: Form): Intent {
  if (form.payment_method_types) {
    const code = 'payment_method_types_no_longer_supported';
    throw invalid('Use allowed_payment_method_types', 'payment_method_types', code);
  }
  checkNames(form, createNames);
  const currency = required(textOf(form, 'currency'), 'currency');
  checkCurrency(currency);
  const amount = required(integerOf(form, 'amount'), 'amount');
  checkAmount(amount, currency);
  const types = listOf(form, 'allowed_payment_method_types');
  if (types && form.automatic_payment_methods)
    throw invalid('Only one of allowed and automatic', 'allowed_payment_method_types', 'parameters_exclusive');
  const method = textOf(form, 'payment_method');
  const id = newId('pi');
  const intent: Intent = {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: types ?? null,
    amount,
    amount_capturable: 0,
    amount_received: 0,
    automatic_payment_methods: types ? null : automaticMethods(form),
    canceled_at: null,
    cancellation_reason: null,
    capture_method: oneOf(form, 'capture_method', ['automatic', 'automatic_async', 'manual']) ?? 'automatic_async',
    client_secret: `${id}_secret_${newId('s').slice(2, 27)}`,
    confirmation_method: 'automatic',
    created: books.now(),
    currency,
    description: textOf(form, 'description') ?? null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    metadata: metadataOf(form),
    next_action: null,
    payment_method: method ?? null,
    payment_method_types: types ?? ['card'],
    status: method ? 'requires_confirmation' : 'requires_payment_method',
  };
  if (method) cardOf(method);
  const confirm = flagOf(form, 'confirm');
  if (!confirm && flagOf(form, 'use_stripe_sdk')) throw invalid('use_stripe_sdk needs confirm', 'use_stripe_sdk');
  const attempt = confirm ? checkAttempt(intent, form) : undefined;
  books.intents.set(id, intent);
  books.emit('payment_intent.created', intent);
  if (attempt) attempt(books);
  return intent;
}

export function cancelIntent(books: Books, intent: Intent, form: Form): Intent {
  checkNames(form, ['cancellation_reason', 'expand']);
  const reasons = ['duplicate', 'fraudulent', 'requested_by_customer', 'abandoned'] as const;
  const reason = oneOf(form, 'cancellation_reason', reasons);
  expectStatus(intent, 'canceled', [
    'requires_payment_method',
    'requires_confirmation',
    'requires_action',
    'requires_capture',
  ]);
  cancel(books, intent, reason ?? null);
  return intent;
}

export function captureIntent(books: Books, intent: Intent, form: Form): Intent {
  checkNames(form, ['amount_to_capture', 'expand']);
  const amount = integerOf(form, 'amount_to_capture') ?? intent.amount_capturable;
  checkStep(amount, intent.currency, 'amount_to_capture');
  expectStatus(intent, 'captured', ['requires_capture']);
  const param = 'amount_to_capture';
  if (amount < 1) throw refused('At least 1 must be captured', { code: 'parameter_invalid_integer', param });
  if (amount > intent.amount_capturable) throw refused('More than is held', { code: 'amount_too_large', param });
  take(books, intent, amount);
  return intent;
}

const holdSeconds = 7 * 86_400;

/** Cancels authorisations after a week. */
export function expireHolds(books: Books): void {
  books.request = nobody;
  for (const intent of books.intents.values()) {
    // They come oldest first: all that follow are younger.
    if (books.now() - intent.created < holdSeconds) return;
    if (intent.status !== 'requires_capture') continue;
    if (books.now() - intent.latest_charge!.created >= holdSeconds) cancel(books, intent, 'expired');
  }
}

/** Makes no refund, and leaves the charge as it is: neither captured nor refunded. */
function cancel(books: Books, intent: Intent, reason: Intent['cancellation_reason']): void {
  Object.assign(intent, { status: 'canceled', amount_capturable: 0, next_action: null });
  Object.assign(intent, { canceled_at: books.now(), cancellation_reason: reason });
  books.emit('payment_intent.canceled', intent);
}

function automaticMethods(form: Form): Intent['automatic_payment_methods'] {
  const given = form.automatic_payment_methods ?? {};
  if (typeof given === 'string') throw invalid('Invalid object', 'automatic_payment_methods');
  return { enabled: true, allow_redirects: oneOf(given, 'allow_redirects', ['always', 'never']) ?? 'always' };
}
