import { ConfigError, checkAll, type Values, v } from '../../shared/config/environment.ts';
import type { Db } from '../../shared/db/client.ts';
import { sandboxPayments } from './adapters/sandbox/sandbox-payments.ts';
import { openStripe, stripeName } from './adapters/stripe/client.ts';
import { stripeIntents } from './adapters/stripe/intents.ts';
import { stripePayments } from './adapters/stripe/stripe-payments.ts';
import { stripeWebhooks } from './adapters/stripe/webhooks.ts';
import type { PaymentSides } from './app.ts';
import type { PaymentMethods } from './domain/payment/payment-methods.ts';
import type { PaymentProvider } from './domain/payment/payment-provider.ts';

export const paymentVariables = {
  PAYMENTS: v.oneOf(
    ['auto', 'stripe', 'sandbox'],
    'auto',
    'Who takes the money: `auto` is Stripe where STRIPE_SECRET_KEY is set, else the sandbox, which takes none; SERVER_MODE=production has the sandbox only by this word',
  ),
  STRIPE_SECRET_KEY: v.secret('', 'Stripe takes the money, by this key: sk_… or rk_…, of live or of test mode'),
  STRIPE_WEBHOOK_SECRET: v.secret('', 'What Stripe signs its webhooks to /webhooks/stripe with; empty serves none'),
  STRIPE_API_BASE: v.url('Where Stripe is, for tests; empty is https://api.stripe.com', { path: false }),
};

/** The key of Stripe, undefined for the sandbox. Throws `ConfigError` where it is missing, or of no use. */
export function stripeKey(
  config: Values<typeof paymentVariables>,
  mode: 'development' | 'production',
): string | undefined {
  if (config.PAYMENTS === 'sandbox') return undefined;
  checkAll([() => checkKey(config, mode), () => checkWebhookSecret(config)]);
  return config.STRIPE_SECRET_KEY || undefined;
}

function checkWebhookSecret({
  STRIPE_WEBHOOK_SECRET: secret,
  STRIPE_SECRET_KEY: key,
}: Values<typeof paymentVariables>) {
  if (secret && !/^whsec_\S+$/.test(secret)) {
    throw new ConfigError(['STRIPE_WEBHOOK_SECRET: must begin with whsec_, as Stripe shows it beside the endpoint']);
  }
  if (secret && !key) {
    throw new ConfigError(['STRIPE_WEBHOOK_SECRET: is of no use without STRIPE_SECRET_KEY: set both, or neither']);
  }
}

function checkKey({ PAYMENTS: wanted, STRIPE_SECRET_KEY: key }: Values<typeof paymentVariables>, mode: string): void {
  if (key && !/^[sr]k_(test|live)_\w+$/.test(key)) {
    throw new ConfigError(['STRIPE_SECRET_KEY: must begin with sk_live_, rk_live_, sk_test_ or rk_test_']);
  }
  if (key) return;
  if (wanted === 'stripe') throw new ConfigError(['STRIPE_SECRET_KEY: must be set, for PAYMENTS is stripe']);
  if (mode === 'development') return;
  throw new ConfigError([
    'STRIPE_SECRET_KEY: must be set, for SERVER_MODE is production; PAYMENTS=sandbox sells without taking money',
  ]);
}

/** The payment provider that the configuration names, with what it has besides. Throws `ConfigError`. */
export function openPayments(
  config: Values<typeof paymentVariables> & { SERVER_MODE: 'development' | 'production' },
  db: Db,
  methods: PaymentMethods,
): { payments: PaymentProvider } & PaymentSides {
  const secretKey = stripeKey(config, config.SERVER_MODE);
  const { STRIPE_WEBHOOK_SECRET: webhookSecret, STRIPE_API_BASE } = config;
  if (!secretKey) {
    // On a platform that is open to everybody, nobody may play the bank.
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
