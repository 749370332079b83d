import type { Random } from '../drizzle/seed/random.ts';
import { sandboxMethods, sandboxPayments } from '../services/booking/adapters/sandbox-payments.ts';
import type { PaymentAction } from '../services/booking/domain/payment-provider.ts';
import type { Fault, Operation } from '../services/booking/fake-stripe/faults.ts';
import { startFakeStripe } from '../services/booking/fake-stripe/start.ts';
import { sleep } from '../shared/clock.ts';
import type { Db } from '../shared/db/client.ts';

/** What a buyer pays with, by uuid: one that works, or any of those that they have. */
export type Wallet = { good(): string; any(): string };

export type Till = {
  /** What the processes are told of the provider. */
  env: Record<string, string>;
  /** `register` makes the uuid of what the provider knows by a name of its own; undefined when no answer came. */
  wallet(random: Random, register: (reference: string) => Promise<string | undefined>): Promise<Wallet>;
  /** The buyer's word, where it is the provider that hears it and not a process. */
  approve?(action: PaymentAction, approved: boolean): void;
  /** Goes wrong in every way there is until the signal comes. */
  rage(random: Random, signal: AbortSignal): Promise<void>;
  /** By an order's uuid, what the provider has kept of its money after refunds. */
  kept(db: Db): Promise<Map<string, number>>;
  close(): Promise<void>;
};

const goodShare = 0.7;

const anyOf = (random: Random, good: () => string, others: string[]): Wallet => ({
  good,
  any: () => (random.next() < goodShare ? good() : random.pick(others)),
});

/** The sandbox, whose books are in the database; what goes wrong with it is told by the payment method. */
export function sandboxTill(): Till {
  return {
    env: {},
    wallet: async (random) => anyOf(random, () => random.uuid(), Object.values(sandboxMethods)),
    rage: async () => {},
    async kept(db) {
      const kept = new Map<string, number>();
      for await (const charge of sandboxPayments(db).charges()) kept.set(charge.key, charge.kept);
      return kept;
    },
    close: async () => {},
  };
}

const cards = ['pm_card_visa', 'pm_card_chargeDeclinedInsufficientFunds', 'pm_card_threeDSecure2Required'] as const;
const operations: Operation[] = ['create', 'confirm', 'capture', 'cancel', 'refund', 'get'];
const troubles: Fault['how'][] = ['lost-before', 'lost-after', '500-before', '500-after', '429', 'delay'];
/** Longer than a booking process waits for an answer. */
const longestDelayMs = 5000;
const mostFaultsAtOnce = 3;

/** The fake of Stripe in this process. Each of its webhooks comes twice, to any of the booking processes. */
export async function stripeTill(random: Random, urls: () => string[]): Promise<Till> {
  const secret = 'whsec_soak';
  const url = () => `${random.pick(urls())}/webhooks/stripe`;
  const fake = await startFakeStripe({ webhook: { url, secret, copies: 2 } });
  return {
    env: { STRIPE_SECRET_KEY: 'sk_test_fake', STRIPE_API_BASE: fake.base, STRIPE_WEBHOOK_SECRET: secret },
    async wallet(own, register) {
      // One that could not be registered is one that Stripe does not know.
      const uuids: string[] = [];
      for (const card of cards) uuids.push((await register(card)) ?? own.uuid());
      const [good, ...others] = uuids as [string, ...string[]];
      return anyOf(own, () => good, [...others, own.uuid()]);
    },
    approve(action, approved) {
      if (action.type !== 'stripe') return;
      const [intent = ''] = action.client_secret.split('_secret_');
      try {
        (approved ? fake.approve : fake.reject)(intent);
      } catch {
        // It waits for nobody any more.
      }
    },
    async rage(own, signal) {
      while (!signal.aborted) {
        await sleep(own.int(20, 300), signal);
        if (fake.faults.length >= mostFaultsAtOnce) continue;
        fake.faults.push({ on: own.pick(operations), how: own.pick(troubles), ms: own.int(1, longestDelayMs) });
      }
      fake.faults.splice(0);
    },
    async kept() {
      const kept = new Map<string, number>();
      for (const { metadata, latest_charge: charge } of fake.intents()) {
        const key = metadata.onsale_order;
        const amount = charge ? charge.amount_captured - charge.amount_refunded : 0;
        if (key) kept.set(key, (kept.get(key) ?? 0) + amount);
      }
      return kept;
    },
    close: fake.close,
  };
}
