import { type Books, expectStatus, type Intent, shown, unexpectedState } from './books.ts';
import { type Card, cardOf } from './cards.ts';
import { charge, fail } from './charge.ts';
import { checkDigits } from './currencies.ts';
import { Failure, invalid } from './failure.ts';
import { checkNames, type Form, flagOf, textOf } from './form.ts';

export const confirmNames = ['payment_method', 'use_stripe_sdk', 'return_url', 'expand'] as const;

export function confirmIntent(books: Books, intent: Intent, form: Form): Intent {
  checkNames(form, confirmNames);
  checkAttempt(intent, form)(books);
  return intent;
}

/** Checks the parameters; returns a function that does the work. */
export function checkAttempt(intent: Intent, form: Form): (books: Books) => void {
  const method = textOf(form, 'payment_method') ?? intent.payment_method;
  const card = method ? cardOf(method) : undefined;
  const returnUrl = textOf(form, 'return_url');
  const inPage = flagOf(form, 'use_stripe_sdk');
  const automatic = intent.automatic_payment_methods;
  if (automatic && automatic.allow_redirects !== 'never' && !returnUrl && !inPage) {
    throw invalid('Some of the payment methods that are on may redirect: a return_url is needed', 'return_url');
  }
  return (books) => {
    expectStatus(intent, 'confirmed', ['requires_payment_method', 'requires_confirmation', 'requires_action']);
    if (!card) throw unexpectedState(intent, 'A PaymentIntent without a payment method cannot be confirmed');
    checkDigits(intent.amount, intent.currency, card.maxDigits);
    Object.assign(intent, { payment_method: method, last_payment_error: null });
    if (!card.authenticate) {
      charge(books, intent, card);
      if (card.decline) throw declined(intent, card);
      return;
    }
    intent.status = 'requires_action';
    intent.next_action =
      returnUrl && !inPage
        ? {
            type: 'redirect_to_url',
            redirect_to_url: { url: `https://hooks.stripe.com/${intent.id}`, return_url: returnUrl },
          }
        : { type: 'use_stripe_sdk', use_stripe_sdk: {} };
    books.emit('payment_intent.requires_action', intent);
  };
}

/** The card's holder has consented. */
export function approve(books: Books, intent: Intent): void {
  expectStatus(intent, 'approved', ['requires_action']);
  charge(books, intent, cardOf(intent.payment_method!));
}

/** The card's holder has not consented. */
export function reject(books: Books, intent: Intent): void {
  expectStatus(intent, 'rejected', ['requires_action']);
  const message = 'The provided PaymentMethod has failed authentication.';
  fail(books, intent, { type: 'invalid_request_error', code: 'payment_intent_authentication_failure', message });
}

const declined = (intent: Intent, { decline }: Card): Failure =>
  new Failure(
    402,
    {
      type: 'card_error',
      ...decline!,
      charge: intent.latest_charge!.id,
      payment_intent: structuredClone(shown(intent)),
    },
    true,
  );
