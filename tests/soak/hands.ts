import type { Random } from '../../drizzle/seed/random.ts';
import { sleep } from '../../shared/async/clock.ts';
import type { Intent } from '../fake-stripe/books.ts';
import type { FakeStripe } from '../fake-stripe/start.ts';
import { count, type Ledger, type RefundRequest } from './ledger.ts';

export type HandsDeps = { fake: FakeStripe; random: Random; ledger: Pick<Ledger, 'byHand' | 'refunds'> };

const pauseMs = { least: 100, most: 500 };
/** The share of payments that are refunded or disputed. */
const maxTouched = 60;
const longestQuickMs = 2500;

/**
 * Makes changes in Stripe's dashboard and at banks, until the signal comes: payments are refunded by hand, wholly or in
 * part, captured or cancelled; and disputed, and the dispute won or lost. A payment is refunded by hand before any
 * other way, and once, so that the remaining debt is known.
 */
export async function workByHand({ fake, random, ledger }: HandsDeps, signal: AbortSignal): Promise<void> {
  const { refunds, disputes, deeds } = ledger.byHand;
  const works = [giveBack, giveBack, dispute, dispute, disputeQuickly, decide, decide, capture, cancel];
  while (!signal.aborted) {
    await sleep(random.int(pauseMs.least, pauseMs.most), signal);
    await random.pick(works)();
  }

  function giveBack(): void {
    const whole = untouched('succeeded').filter(({ latest_charge: charge }) => charge?.amount_refunded === 0);
    some(whole, 'payment given back by hand', ({ id, metadata, amount }) => {
      const part = random.next() < 0.25 ? amount : random.int(1, amount);
      refunds.set(orderOf(metadata), { amount: part, at: Date.now() });
      fake.refundByHand(id, part);
    });
  }

  function dispute(intents = untouched('succeeded')): void {
    some(intents, 'payment disputed', ({ id, metadata }) => {
      disputes.set(orderOf(metadata), 'open');
      fake.openDispute(id);
    });
  }

  /** Opened when a refund is about to meet it; and closed perhaps before the seller has got the webhook. */
  async function disputeQuickly(): Promise<void> {
    const owing = untouched('succeeded').filter(isAskedBack);
    dispute(owing);
    await sleep(random.int(1, longestQuickMs), signal);
    decide(owing);
  }

  function decide(intents = fake.intents()): void {
    const open = intents.filter(({ metadata }) => disputes.get(orderOf(metadata)) === 'open');
    const as = random.next() < 0.5 ? 'won' : 'lost';
    some(open, `dispute ${as}`, ({ id, metadata }) => {
      disputes.set(orderOf(metadata), as);
      fake.closeDispute(id, as);
    });
  }

  function capture(): void {
    some(untouched('requires_capture'), 'payment captured by hand', ({ id }) => fake.captureByHand(id));
  }

  function cancel(): void {
    some(untouched('requires_action'), 'payment cancelled by hand', ({ id }) => fake.cancelByHand(id));
  }

  function untouched(status: Intent['status']): Intent[] {
    if (refunds.size + disputes.size >= maxTouched) return [];
    const isTouched = (order: string) => refunds.has(order) || disputes.has(order);
    return fake.intents().filter((intent) => intent.status === status && !isTouched(orderOf(intent.metadata)));
  }

  /** Its buyer has requested a refund, and was not told that it is on its way. */
  function isAskedBack({ metadata }: Intent): boolean {
    const isOpen = ({ told }: RefundRequest) => told.every(({ status }) => status === 202);
    return [...ledger.refunds.values()].some((one) => one.order === orderOf(metadata) && isOpen(one));
  }

  function some(intents: Intent[], deed: string, work: (intent: Intent) => unknown): void {
    if (intents.length === 0) return;
    work(random.pick(intents));
    count(deeds, deed);
  }
}

const orderOf = (metadata: Intent['metadata']) => metadata.onsale_order ?? '';
