import type { Random } from '../drizzle/seed/random.ts';
import type { Intent } from '../services/booking/fake-stripe/books.ts';
import type { FakeStripe } from '../services/booking/fake-stripe/start.ts';
import { sleep } from '../shared/clock.ts';
import { type ByHand, count } from './ledger.ts';

export type HandsDeps = { fake: FakeStripe; random: Random; ledger: ByHand };

const pauseMs = { least: 100, most: 500 };
/** Of all payments, those that a person or a bank does something with. */
const mostTouched = 60;

/**
 * What comes about in Stripe's dashboard and at banks, until the signal comes: payments are given back by hand, wholly or in
 * part, captured or cancelled; and disputed, and the dispute won or lost. A payment is given back by hand before any other
 * way, and once, so that what is owed after is known.
 */
export async function workByHand({ fake, random, ledger }: HandsDeps, signal: AbortSignal): Promise<void> {
  const { refunds, disputes, deeds } = ledger;
  while (!signal.aborted) {
    await sleep(random.int(pauseMs.least, pauseMs.most), signal);
    const isTouched = ({ metadata }: Intent) => refunds.has(orderOf(metadata)) || disputes.has(orderOf(metadata));
    const untouched = fake.intents().filter((intent) => !isTouched(intent));
    const isRoom = refunds.size + disputes.size < mostTouched;
    const captured = isRoom ? untouched.filter(({ status }) => status === 'succeeded') : [];
    switch (random.int(1, 8)) {
      case 1:
      case 2:
        some(
          captured.filter(({ latest_charge: charge }) => charge?.amount_refunded === 0),
          refund,
        );
        break;
      case 3:
      case 4:
        some(captured, dispute);
        break;
      case 5:
      case 6:
        some(
          fake.intents().filter(({ metadata }) => disputes.get(orderOf(metadata)) === 'open'),
          decide,
        );
        break;
      case 7:
        some(
          untouched.filter(({ status }) => status === 'requires_capture'),
          ({ id }) => fake.captureByHand(id),
          'captured',
        );
        break;
      default:
        some(
          untouched.filter(({ status }) => status === 'requires_action'),
          ({ id }) => fake.cancelByHand(id),
          'cancelled',
        );
    }
  }

  function some(intents: Intent[], work: (intent: Intent) => unknown, deed?: string): void {
    if (intents.length === 0) return;
    work(random.pick(intents));
    if (deed) count(deeds, `payment ${deed} by hand`);
  }

  function refund({ id, metadata, amount }: Intent): void {
    const part = random.next() < 0.5 ? amount : random.int(1, amount);
    refunds.set(orderOf(metadata), { amount: part, at: Date.now() });
    fake.refundByHand(id, part);
    count(deeds, 'payment given back by hand');
  }

  function dispute({ id, metadata }: Intent): void {
    disputes.set(orderOf(metadata), 'open');
    fake.openDispute(id);
    count(deeds, 'payment disputed');
  }

  function decide({ id, metadata }: Intent): void {
    const as = random.next() < 0.5 ? 'won' : 'lost';
    disputes.set(orderOf(metadata), as);
    fake.closeDispute(id, as);
    count(deeds, `dispute ${as}`);
  }
}

const orderOf = (metadata: Intent['metadata']) => metadata.onsale_order ?? '';
