import { textOf, type Values } from '../../shared/config/environment.ts';
import type { Db } from '../../shared/db/client.ts';
import { sandboxPayments } from './adapters/sandbox/sandbox-payments.ts';
import { openStripe, stripeName } from './adapters/stripe/client.ts';
import { stripeIntents } from './adapters/stripe/intents.ts';
import { stripePayments } from './adapters/stripe/stripe-payments.ts';
import { stripeWebhooks } from './adapters/stripe/webhooks.ts';
import type { PaymentSides } from './app.ts';
import { type paymentVariables, stripeKey } from './config.ts';
import type { PaymentMethods } from './domain/payment/payment-methods.ts';
import type { PaymentProvider } from './domain/payment/payment-provider.ts';

/** Returns the payment provider that the configuration names, with its routes. Throws `ConfigError`. */
export function openPayments(
  config: Values<typeof paymentVariables> & { SERVER_MODE: 'development' | 'production' },
  db: Db,
  methods: PaymentMethods,
): { payments: PaymentProvider } & PaymentSides {
  const secretKey = stripeKey(config, config.SERVER_MODE);
  const { STRIPE_API_BASE } = config;
  const webhookSecret = textOf(config.STRIPE_WEBHOOK_SECRET);
  if (!secretKey) {
    // On a public platform nobody may play the bank.
    const hasBank = config.SERVER_MODE === 'development';
    const sandbox = sandboxPayments(db, { hasBank });
    return { payments: sandbox, ...(hasBank && { sandbox }) };
  }
  const stripe = openStripe({ secretKey, apiBase: STRIPE_API_BASE || 'https://api.stripe.com' });
  const intents = stripeIntents(db);
  return {
    payments: stripePayments({ stripe, intents, methods, name: stripeName(secretKey) }),
    ...(webhookSecret && { readWebhook: stripeWebhooks(stripe, webhookSecret, intents) }),
  };
}
