import type { Random } from '../../drizzle/seed/random.ts';
import { sandboxMethods, sandboxPayments } from '../../services/booking/adapters/sandbox/sandbox-payments.ts';
import type { ActionJson } from '../../services/booking/http/payment-responses.ts';
import { sleep } from '../../shared/async/clock.ts';
import type { Db } from '../../shared/db/client.ts';
import type { Fault, Operation } from '../fake-stripe/faults.ts';
import { startFakeStripe } from '../fake-stripe/start.ts';
import type { Books } from './books.ts';
import { workByHand } from './hands.ts';
import type { Ledger } from './ledger.ts';

/** The payment methods of a buyer, by uuid: one that works, or any of them. */
export type Wallet = { good(): string; any(): string };

export type PaymentRig = {
  /** The provider's variables for the processes. */
  env: Record<string, string>;
  /** `register` returns the uuid of a payment method by the provider's reference; undefined when no response came. */
  wallet(random: Random, register: (reference: string) => Promise<string | undefined>): Promise<Wallet>;
  /** Approves or rejects a payment at the provider, if not through a process. */
  approve?(action: ActionJson, approved: boolean): void;
  /** Injects every fault of the provider until the signal comes. */
  injectFaults(random: Random, signal: AbortSignal): Promise<void>;
  /** Makes the changes of sellers and banks at the provider, until the signal comes. */
  byHand?(random: Random, ledger: Ledger, signal: AbortSignal): Promise<void>;
  /** Resolves when the provider has sent all webhooks. */
  quiet(): Promise<unknown>;
  books(db: Db): Promise<Pick<Books, 'charged' | 'kept'>>;
  close(): Promise<void>;
};

const goodShare = 0.7;

const anyOf = (random: Random, good: () => string, others: string[]): Wallet => ({
  good,
  any: () => (random.next() < goodShare ? good() : random.pick(others)),
});

/** The sandbox, whose books are in the database; the payment method chooses its faults. */
export function sandboxRig(): PaymentRig {
  return {
    env: {},
    wallet: async (random) => anyOf(random, () => random.uuid(), Object.values(sandboxMethods)),
    injectFaults: async () => {},
    quiet: async () => {},
    async books(db) {
      const kept = new Map<string, number>();
      for await (const charge of sandboxPayments(db).charges()) kept.set(charge.key, charge.kept);
      const rows = await db.run(
        () => db.sql<{ key: string; amount: number }[]>`
          select key, amount::float8 as amount from sandbox_charges where status in ('authorised', 'succeeded')`,
      );
      return { kept, charged: new Map(rows.map(({ key, amount }) => [key, amount])) };
    },
    close: async () => {},
  };
}

const cards = ['pm_card_visa', 'pm_card_chargeDeclinedInsufficientFunds', 'pm_card_threeDSecure2Required'] as const;
const operations: Operation[] = ['create', 'confirm', 'capture', 'cancel', 'refund', 'get'];
const troubles: Fault['how'][] = ['lost-before', 'lost-after', '500-before', '500-after', '429', 'delay', 'refused'];
/** Possible refusals of a sound request. None contradicts a later read, like that of a dispute would. */
const refusals: Partial<Record<Operation, string[]>> = {
  create: ['amount_too_small', 'a_code_of_tomorrow', 'no code: wrong key'],
  confirm: [
    'insufficient_funds',
    'processing_error',
    'payment_method_not_available',
    'a_code_of_tomorrow',
    'lock_timeout',
  ],
  capture: ['capability_not_active', 'a_code_of_tomorrow', 'no code: key without permission'],
  cancel: ['a_code_of_tomorrow', 'lock_timeout', 'no code: key without permission'],
  refund: ['balance_insufficient', 'insufficient_funds', 'a_code_of_tomorrow', 'no code: key without permission'],
  get: ['lock_timeout', 'no code: wrong key'],
};
/** Longer than a booking process waits for a response. */
const longestDelayMs = 5000;
const maxFaultsAtOnce = 3;
/** The timeout of its last webhooks. */
const longestWaitMs = 20_000;

/** In every period of `everyMs` no webhook arrives for `forMs`. */
const cutOff = { everyMs: 8000, forMs: 3000 };
const nowhere = 'http://127.0.0.1:9';

/**
 * The fake of Stripe in this process. Each webhook is sent twice, to any of the booking processes, and now and then
 * late.
 */
export async function stripeRig(random: Random, urls: () => string[]): Promise<PaymentRig> {
  const secret = 'whsec_soak';
  const isCutOff = () => Date.now() % cutOff.everyMs < cutOff.forMs;
  const url = () => `${isCutOff() ? nowhere : random.pick(urls())}/webhooks/stripe`;
  const fake = await startFakeStripe({ webhook: { url, secret, copies: 2 } });
  return {
    env: { STRIPE_SECRET_KEY: 'sk_test_fake', STRIPE_API_BASE: fake.base, STRIPE_WEBHOOK_SECRET: secret },
    async wallet(own, register) {
      // A method that could not be registered stands for an unknown one.
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
        // It no longer waits for its buyer.
      }
    },
    async injectFaults(own, signal) {
      while (!signal.aborted) {
        await sleep(own.int(20, 300), signal);
        if (fake.faults.length >= maxFaultsAtOnce) continue;
        const on = own.pick(operations);
        fake.faults.push({
          on,
          how: own.pick(troubles),
          ms: own.int(1, longestDelayMs),
          code: own.pick(refusals[on]!),
        });
      }
      fake.faults.splice(0);
    },
    byHand: (own, ledger, signal) => workByHand({ fake, random: own, ledger }, signal),
    quiet: () => Promise.race([fake.delivered(), sleep(longestWaitMs)]),
    async books() {
      const [kept, charged] = [new Map<string, number>(), new Map<string, number>()];
      for (const { status, amount, metadata, latest_charge: charge } of fake.intents()) {
        const key = metadata.onsale_order;
        if (!key || !charge) continue;
        kept.set(key, (kept.get(key) ?? 0) + charge.amount_captured - charge.amount_refunded);
        // A second payment was refunded, and has the same amount.
        if (status === 'succeeded' || status === 'requires_capture')
          charged.set(key, Math.max(charged.get(key) ?? 0, amount));
      }
      return { kept, charged };
    },
    close: fake.close,
  };
}
