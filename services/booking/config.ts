import { rateLimitConfig, rateLimitVariables } from '../../shared/admission/config.ts';
import { authConfig, authVariables } from '../../shared/auth/config.ts';
import {
  checkAddresses,
  postgresConfig,
  postgresVariables,
  redisConfig,
  redisVariables,
  serverVariables,
} from '../../shared/config/config.ts';
import {
  ConfigError,
  checkAll,
  type Env,
  readConfig,
  textOf,
  type Values,
  v,
} from '../../shared/config/environment.ts';
import { tracingConfig, tracingVariables } from '../../shared/tracing/config.ts';

/** Variables that the sale and its audit must agree on. */
export const sweepVariables = {
  PAYMENT_SWEEP_AFTER: v.duration('60s', 'An order that has been pending this long is settled with the provider', {
    least: '1s',
  }),
  PAYMENT_ACTION_TIMEOUT: v.duration(
    '10m',
    'How long an order waits for its buyer to approve the payment (3-D Secure)',
    { least: '1s' },
  ),
};

/** Returns how long pending orders wait for a sweep, in milliseconds. */
export const sweepTimes = (config: Values<typeof sweepVariables>) => ({
  ageMs: config.PAYMENT_SWEEP_AFTER,
  actionMs: config.PAYMENT_ACTION_TIMEOUT,
});

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
  return textOf(config.STRIPE_SECRET_KEY) || undefined;
}

function checkWebhookSecret({ STRIPE_WEBHOOK_SECRET, STRIPE_SECRET_KEY: key }: Values<typeof paymentVariables>) {
  const secret = textOf(STRIPE_WEBHOOK_SECRET);
  if (secret && !/^whsec_\S+$/.test(secret)) {
    throw new ConfigError(['STRIPE_WEBHOOK_SECRET: must begin with whsec_, as Stripe shows it beside the endpoint']);
  }
  if (secret && !key) {
    throw new ConfigError(['STRIPE_WEBHOOK_SECRET: is of no use without STRIPE_SECRET_KEY: set both, or neither']);
  }
}

function checkKey({ PAYMENTS: wanted, STRIPE_SECRET_KEY }: Values<typeof paymentVariables>, mode: string): void {
  const key = textOf(STRIPE_SECRET_KEY);
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

export const variables = {
  SERVER_ADDR: v.address(':8081', 'Where the service listens (events :8080, booking :8081, search :8082)'),
  ...serverVariables,
  ...postgresVariables,
  ...redisVariables,
  ...authVariables,
  ...rateLimitVariables,
  ...tracingVariables,
  TICKET_LOCK_TTL_SECONDS: v.integer(900, 1, 86_400, 'How long a reserved ticket is held'),
  MAX_TICKETS_PER_USER: v.integer(
    0,
    0,
    1000,
    'Most tickets of one event that a user may hold and have bought together; 0 is no limit',
  ),
  SALES_END_BEFORE_START: v.duration('0s', 'How long before its event begins a ticket is sold no more', {
    most: '87600h',
  }),
  STRANDED_SEATS: v.oneOf(
    ['allow', 'refuse'],
    'allow',
    'Whether a choice of seats may leave a single seat alone where another choice would not',
  ),
  REFUND_WINDOW: v.duration(
    '24h',
    'How long after its purchase, and until its event begins, a buyer may give an order back; 0 is not at all',
    { most: '87600h' },
  ),
  ...sweepVariables,
  ...paymentVariables,
};

type LimitValues = Values<typeof rateLimitVariables> &
  Parameters<typeof authConfig>[0] & { TICKET_LOCK_TTL_SECONDS: number };

/**
 * Returns the limits on writes. Throws `ConfigError` for a limit by users where no token is checked, and for one that
 * could keep a buyer from paying until their hold has ended.
 */
export function writeLimitConfig(config: LimitValues) {
  const limits = rateLimitConfig(config, authConfig(config) !== undefined);
  if ((limits.perUser || limits.perAddress) && limits.windowS * 2 > config.TICKET_LOCK_TTL_SECONDS) {
    throw new ConfigError([
      'RATE_LIMIT_WINDOW: must be at most half of TICKET_LOCK_TTL_SECONDS, or a buyer who is refused could not pay in time',
    ]);
  }
  return limits;
}

/** Throws `ConfigError` for variables that are wrong, or do not go together. */
export function readBookingConfig(env: Env) {
  const config = readConfig(variables, env);
  const { SERVER_ADDR, METRICS_ADDR } = config;
  checkAll([
    () => redisConfig(config),
    () => authConfig(config),
    () => writeLimitConfig(config),
    () => tracingConfig(config, 'booking'),
    () => stripeKey(config, config.SERVER_MODE),
    () => postgresConfig(config, 'onsale-booking'),
    () => checkAddresses({ SERVER_ADDR, METRICS_ADDR }),
  ]);
  return config;
}
