import type { Db } from '../../shared/db/client.ts';
import { type Values, v } from '../../shared/environment.ts';
import { sandboxPayments } from './adapters/sandbox-payments.ts';
import { openStripe, stripeName } from './adapters/stripe/client.ts';
import { stripeIntents } from './adapters/stripe/intents.ts';
import { stripeNotices } from './adapters/stripe/notices.ts';
import { stripePayments } from './adapters/stripe-payments.ts';
import type { PaymentSides } from './app.ts';
import type { PaymentMethods } from './domain/payment-methods.ts';
import type { PaymentProvider } from './domain/payment-provider.ts';

export const paymentVariables = {
  STRIPE_SECRET_KEY: v.secret('', 'Stripe takes the money, by this key; without it a sandbox does, and no money moves'),
  STRIPE_WEBHOOK_SECRET: v.secret('', 'What Stripe signs its webhooks to /webhooks/stripe with; empty serves none'),
  STRIPE_API_BASE: v.url('Where Stripe is, for tests; empty is https://api.stripe.com'),
};

/** The payment provider that the configuration names, with what it has besides. */
export function openPayments(
  config: Values<typeof paymentVariables>,
  db: Db,
  methods: PaymentMethods,
): { payments: PaymentProvider } & PaymentSides {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecret, STRIPE_API_BASE } = config;
  if (!secretKey) {
    const sandbox = sandboxPayments(db);
    return { payments: sandbox, sandbox };
  }
  const stripe = openStripe({ secretKey, apiBase: STRIPE_API_BASE || 'https://api.stripe.com' });
  const intents = stripeIntents(db);
  return {
    payments: stripePayments({ stripe, intents, methods, name: stripeName(secretKey) }),
    ...(webhookSecret && { readNotice: stripeNotices(stripe, webhookSecret, intents) }),
  };
}
