import { expect, test } from 'bun:test';
import type { BreakName } from './breaks.ts';
import type { Ledger } from './ledger.ts';
import { auditRule, type SoakOptions, soak } from './soak.ts';

const money = 'the provider has kept the price of what each buyer owns, and nothing else';

type Told = { told: { status: number }[] };
const isMade = ({ told }: Told) => told.some(({ status }) => status === 201);

const hasSold = ({ confirmations, orders }: Ledger) =>
  [...confirmations.values()].filter(({ paid }) => paid).length + [...orders.values()].filter(isMade).length >= 150;

/** Bought by the original's confirm, at another price than that of the hold. */
const hasSoldRepriced = ({ confirmations, holds, organiser }: Ledger) =>
  [...confirmations.values()].filter(({ user, ticket, paid }) => {
    const held = holds.get(user)?.findLast(({ tickets }) => tickets?.includes(ticket));
    return paid && held && organiser.prices.get(ticket)?.some(({ from }) => from > held.until);
  }).length >= 8;

/** Partial refunds of orders with refunds by hand: a refund of the whole order gives back no more than all. */
const hasRefundedAfterHands = ({ refunds, byHand }: Ledger) =>
  [...refunds.values()].filter((refund) => {
    const hand = byHand.refunds.get(refund.order);
    return refund.tickets && isMade(refund) && hand && hand.at < refund.asked;
  }).length >= 6;

/** Some shows went through all their steps, and were bought meanwhile. */
const hasShown = ({ organiser }: Ledger) => (organiser.deeds.get('cancel') ?? 0) >= 3;
/** Each show has one moment only at which several buyers want the last use, or the last ticket at a rate. */
const hasShownOften = ({ organiser }: Ledger) => (organiser.deeds.get('cancel') ?? 0) >= 8;

type Broken = { rule: string; audited?: boolean } & Partial<
  Pick<SoakOptions, 'payments' | 'seconds' | 'isEnough' | 'patienceMs'>
>;

// Each is wrong even without faults. If it breaks the books the audit finds it as well.
const foundBy: Record<BreakName, Broken> = {
  'books-unconditionally': {
    rule: 'no ticket is in two live orders, and no seat, also when it was imported again',
    audited: true,
  },
  'charges-a-cent-more': { rule: money, audited: true },
  'pays-nothing-back': { rule: money, audited: true },
  'charges-the-total-of-the-hold': { rule: 'each order costs what its tickets cost', audited: true },
  'sells-at-the-price-of-now': {
    rule: 'a ticket bought by the original’s confirm costs what it did when it was held',
    isEnough: hasSoldRepriced,
  },
  'does-not-say-what-is-gone': {
    rule: 'an order that was refused for its tickets names those that are gone or sold, and no others',
  },
  'gives-back-what-is-being-bought': { rule: 'a reservation given back by DELETE was not bought' },
  'knows-no-twins': {
    rule: 'of one user’s twin requests none is told that it holds nothing while the other buys',
  },
  'keeps-what-is-given-back': {
    rule: 'a seat given back at a quiet moment is anybody’s at once',
    ...{ audited: true, patienceMs: 8000 },
  },
  'sells-what-has-begun': { rule: 'nothing is held or bought of an event that has begun' },
  'takes-back-what-has-begun': { rule: 'no buyer gives a ticket back once its event has begun' },
  'sells-what-is-cancelled': {
    rule: 'nothing is held or bought of an event after its cancellation was told',
    isEnough: hasShown,
  },
  'sells-what-is-postponed': {
    rule: 'nothing is held or bought of an event while it is postponed',
    isEnough: hasShown,
  },
  'sells-what-is-held-back': { rule: 'no seat is held or bought while it is held back', isEnough: hasShown },
  'counts-no-uses': { rule: 'no access code is used more often than it may be', isEnough: hasShownOften },
  'counts-no-tickets-at-a-rate': { rule: 'no rate is sold for more tickets than it may be', isEnough: hasShownOften },
  'refuses-who-may-give-back': { rule: 'a buyer of a rescheduled event may give back', isEnough: hasShown },
  // The operation ends only after a while.
  'overlooks-orders-of-the-cancelled': {
    rule: 'a cancelled event gives every buyer the money back, once and to the cent',
    ...{ audited: true, isEnough: hasShown, patienceMs: 20_000 },
  },
  'keeps-that-it-was-accepted': { rule: 'an accepted request gets a new response once it has ended' },
  // A sweep captures the money, and only then it is refunded by hand.
  'overlooks-hands': { rule: money, payments: 'stripe', seconds: 15, isEnough: hasRefundedAfterHands },
};

const brokenRules = async (options: Partial<SoakOptions>) => {
  const usual = { seconds: 5, isEnough: hasSold, buyers: 60, seed: 1, payments: 'sandbox', chaos: false } as const;
  const verdict = await soak({ ...usual, ...options });
  return verdict!.checks.filter(({ findings }) => findings.length > 0);
};

for (const payments of ['sandbox', 'stripe'] as const) {
  const seconds = payments === 'stripe' ? 10 : 5;
  test(`a service in order passes, paid by ${payments}`, async () => {
    expect(await brokenRules({ patienceMs: 60_000, payments, seconds })).toEqual([]);
  }, 240_000);
}

/** A short run may not show the mistake: then another one runs, with another seed. */
const maxRuns = 8;

for (const [name, { rule, audited = false, ...options }] of Object.entries(foundBy) as [BreakName, Broken][]) {
  test(`a service that ${name.replaceAll('-', ' ')} is found out${audited ? ', by the audit too' : ''}`, async () => {
    const wanted = [rule, ...(audited ? [auditRule] : [])];
    let found: string[] = [];
    for (let seed = 1; seed <= maxRuns && !wanted.every((one) => found.includes(one)); seed++) {
      const broken = await brokenRules({ patienceMs: 0, breakAs: name, seed, ...options });
      found = broken.map((check) => check.rule);
    }
    expect(found).toEqual(expect.arrayContaining(wanted));
  }, 600_000);
}
