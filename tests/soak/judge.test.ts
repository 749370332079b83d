import { describe, expect, test } from 'bun:test';
import type { Books, Line } from './books.ts';
import { judge, rules } from './judge.ts';
import { createLedger, type Ledger } from './ledger.ts';

/** Ann has ticket a by her order, and gave b back; bob has c, by the original's endpoint. */
function sound(): { ledger: Ledger; books: Books } {
  const ledger = createLedger();
  const [a, b] = [
    { uuid: 'a', price: 10 },
    { uuid: 'b', price: 20 },
  ] as const;
  const line = (ticket: string, price: number, refund: string | null = null): Line => ({
    ...{ ticket, price, refund, rate: null, event: 'arena', seat: `seat ${ticket}`, isGone: false },
    refundedAt: refund === null ? null : 60,
  });
  const told = { uuid: 'order', status: 'paid', total: 30, tickets: [a, b].map((t) => ({ ...t, refunded: false })) };
  const refund = { uuid: 'refund', order_uuid: 'order', amount: 20, tickets: [b] };
  ledger.reservations.set('held', {
    uuid: 'held',
    user: 'ann',
    tickets: [a, b],
    total: 30,
    asked: 10,
    expires_at: at(90),
  });
  ledger.holds.set('ann', [{ tickets: ['a', 'b'], said: '201', isLost: false, from: 10, until: 12 }]);
  ledger.holds.set('bob', [{ tickets: ['c'], said: '200', isLost: false, from: 10, until: 12 }]);
  for (const [ticket, price] of [
    ['a', 10],
    ['b', 20],
    ['c', 5],
  ] as const) {
    ledger.organiser.prices.set(ticket, [
      { price, from: 0, until: 20 },
      { price: price + 1, from: 18, until: 100 },
    ]);
  }
  // Ann held a third ticket, too, which was deleted and came back.
  ledger.reservations.set('other', {
    uuid: 'other',
    user: 'ann',
    tickets: [],
    total: 0,
    asked: 10,
    expires_at: at(90),
  });
  ledger.releases.push({ reservation: 'other', said: '204', from: 13, until: 14 });
  ledger.organiser.gone.push({ ticket: 'd', asked: 30, gone: 32, back: 50, done: 52 });
  ledger.organiser.refused.push({ ticket: 'a', at: 40 });
  ledger.twins.push({ user: 'bob', tickets: ['c'], from: 10, until: 40, end: 80, said: ['200', '200'] });
  ledger.quiet.push({ ticket: 'b', user: 'zoe', said: '200', span: { from: 200_000, until: 200_001 } });
  ledger.orders.set('k1', {
    key: 'k1',
    user: 'ann',
    ...{ reservation: 'held', method: 'card', asked: 15, open: 0 },
    told: [toldOf(201, told)],
  });
  ledger.refunds.set('k2', {
    key: 'k2',
    user: 'ann',
    ...{ order: 'order', tickets: ['b'], asked: 55, open: 0 },
    told: [toldOf(201, refund)],
  });
  ledger.confirmations.set('bob c', { user: 'bob', ticket: 'c', paid: true });
  ledger.answers.set('order 201', 1).set('confirm 0', 3).set('confirm 503 unavailable', 2);
  ledger.seen.set('order', ['pending', 'paid']);
  ledger.extended.set('held', 1);
  const asSeen = [told.tickets[0]!, { ...told.tickets[1]!, refunded: true }];
  ledger.confirmations.set('ann m', { user: 'ann', ticket: 'm', paid: true });
  ledger.holds.get('ann')!.push({ tickets: ['m'], said: '200', isLost: false, from: 10, until: 12 });
  ledger.organiser.prices.set('m', [{ price: 0, from: 0, until: Number.POSITIVE_INFINITY }]);
  ledger.lists.set('ann', [
    { ...told, tickets: asSeen },
    { uuid: 'early', status: 'paid', total: 0, tickets: [{ uuid: 'm', price: 0, refunded: false }] },
  ]);
  ledger.lists.set('bob', [
    { uuid: 'single', status: 'paid', total: 5, tickets: [{ uuid: 'c', price: 5, refunded: false }] },
  ]);
  ledger.answers.set('reserve 409 sales_ended', 1);
  // Ann bought s of a show by its code and at its rate, and has her money back since it was cancelled.
  ledger.shows.push({
    ...{ event: 'show', tickets: ['s', 'h'], code: { text: 'CODE', most: 1 }, rate: { uuid: 'child', most: 1 } },
    ...{ heldBack: { tickets: ['h'], until: 40 }, postponed: { from: 45, until: 50 } },
    ...{ rescheduled: { told: 51 }, cancelled: { asked: 60, told: 62 } },
  });
  ledger.reservations.set('held of the show', {
    ...{ uuid: 'held of the show', user: 'ann', tickets: [{ uuid: 's', price: 7 }], total: 7 },
    ...{ asked: 10, expires_at: at(90) },
  });
  ledger.organiser.prices.set('s', [{ price: 7, from: 0, until: 100 }]);
  ledger.holds.get('ann')!.push({ tickets: ['s'], said: '201', isLost: false, from: 10, until: 12 });
  const shown = { uuid: 'bought', total: 7, tickets: [{ uuid: 's', price: 7, refunded: true }] };
  ledger.orders.set('k4', {
    ...{ key: 'k4', user: 'ann', reservation: 'held of the show', method: 'card', asked: 15, open: 0 },
    told: [toldOf(201, { ...shown, status: 'paid' })],
  });
  ledger.lists.get('ann')!.push({ ...shown, status: 'refunded' });
  const paid = { status: 'paid', payment: 'succeeded', createdAt: 16, claimedAt: 16, failedAt: null };
  const books: Books = {
    orders: [
      {
        ...paid,
        uuid: 'order',
        user: 'ann',
        total: 30,
        reservation: 'held',
        lines: [line('a', 10), line('b', 20, 'refund')],
      },
      { ...paid, uuid: 'single', user: 'bob', total: 5, reservation: null, lines: [line('c', 5)] },
      {
        ...{ ...paid, uuid: 'early', user: 'ann', total: 0, reservation: null },
        lines: [{ ...line('m', 0), event: 'matinee' }],
      },
      {
        ...{ ...paid, status: 'refunded', uuid: 'bought', user: 'ann', total: 7, reservation: 'held of the show' },
        lines: [{ ...line('s', 7, 'of the show'), rate: 'child', event: 'show', refundedAt: 64 }],
      },
    ],
    refunds: [
      { uuid: 'refund', order: 'order', amount: 20, status: 'succeeded', createdAt: 60 },
      { uuid: 'of the show', order: 'bought', amount: 7, status: 'succeeded', createdAt: 64 },
    ],
    charged: new Map([
      ['order', 30],
      ['single', 5],
      ['bought', 7],
    ]),
    kept: new Map([
      ['order', 10],
      ['single', 5],
      ['bought', 0],
    ]),
    matinee: { event: 'matinee', start: 50, tickets: ['m'], reservations: [{ uuid: 'm1', createdAt: 12 }] },
    shows: {
      reservations: [
        { uuid: 'held of the show', event: 'show', createdAt: 12, isByCode: true, tickets: ['s'] },
        { uuid: 'held after the release', event: 'show', createdAt: 42, isByCode: false, tickets: ['h'] },
      ],
      refunded: new Set(['show']),
    },
  };
  return { ledger, books };
}

/** A time as responses have it. */
const at = (ms: number) => new Date(ms).toISOString();
const toldOf = (status: number, text: object) => ({ status, text: JSON.stringify(text), from: 15, until: 17 });

type Case = [what: string, spoil: (ledger: Ledger, books: Books) => void];

const again = (ledger: Ledger, text: object, status = 201) => ledger.orders.get('k1')!.told.push(toldOf(status, text));

/** The show is bought once more by its code, before the first order is given back. */
const buyAgain = ({ orders, shows }: Books, { rate }: { rate: string | null }) => {
  const first = orders[3]!;
  shows.reservations[1]!.isByCode = true;
  const lines = [{ ...first.lines[0]!, ticket: 'h', rate }];
  orders.push({ ...first, uuid: 'second', reservation: 'held after the release', createdAt: 43, lines });
};

/** Ann's order is refused for its tickets, instead of being made. */
const refuse = (ledger: Ledger, conflicts: string[], span = { from: 35, until: 45 }) => {
  const text = JSON.stringify({ error: 'ticket_not_available', conflicts });
  const held = ledger.reservations.get('held')!;
  held.tickets.push({ uuid: 'd', price: 1 });
  held.total++;
  ledger.holds.get('ann')![0]!.tickets!.push('d');
  ledger.organiser.prices.set('d', [{ price: 1, from: 0, until: 100 }]);
  ledger.orders.get('k1')!.told = [{ status: 409, text, ...span }];
};

/** The findings of every rule. */
const cases: Record<string, Case[]> = {
  'no ticket is in two live orders, and no seat, also when it was imported again': [
    ['two paid orders', (_, { orders }) => orders[1]!.lines.push(orders[0]!.lines[0]!)],
    ['the seat by another ticket', (_, { orders }) => (orders[1]!.lines[0]!.seat = 'seat a')],
    [
      'a paid one and one that is pending',
      (_, { orders }) => orders.push({ ...orders[0]!, uuid: 'other', status: 'pending' }),
    ],
  ],
  'every order that was said to be paid is there, with its tickets, its buyer and its price': [
    ['it is lost', (_, { orders }) => orders.shift()],
    ['it has failed', (_, { orders }) => (orders[0]!.status = 'failed')],
    ['it is pending', (_, { orders }) => (orders[0]!.status = 'pending')],
    ['a ticket is missing', (_, { orders }) => orders[0]!.lines.pop()],
    ['it has another price', (_, { orders }) => orders[0]!.total++],
    ['it is somebody else’s', (_, { orders }) => (orders[0]!.user = 'bob')],
  ],
  'every confirmed ticket was sold to its buyer': [
    ['it was not sold', (_, { orders }) => orders.splice(2, 1)],
    ['its order has failed', (_, { orders }) => (orders[1]!.status = 'failed')],
    ['it was sold to somebody else', (_, { orders }) => (orders[1]!.user = 'ann')],
  ],
  'every order was asked for': [
    ['a reservation that nobody paid for', (ledger) => ledger.orders.clear()],
    ['a ticket that nobody confirmed', (ledger) => ledger.confirmations.clear()],
  ],
  'every paid order of a reservation was told, and to nobody as refused': [
    ['told as declined', (ledger) => (ledger.orders.get('k1')!.told = [toldOf(402, {})])],
    ['told as expired', (ledger) => (ledger.orders.get('k1')!.told = [toldOf(409, {})])],
  ],
  'every order has the tickets and the price of its reservation': [
    ['another price', (ledger) => ledger.reservations.get('held')!.total++],
    ['a ticket less', (ledger) => ledger.reservations.get('held')!.tickets.pop()],
  ],
  'no order is pending when all is over': [['pending', (_, { orders }) => (orders[1]!.status = 'pending')]],
  'no order goes back: pending, paid, refunded, or pending and failed': [
    ['paid, then failed', (ledger) => ledger.seen.set('order', ['paid', 'failed'])],
    ['failed, then paid', (ledger) => ledger.seen.set('order', ['pending', 'failed', 'paid'])],
    ['refunded, then paid', (ledger) => ledger.seen.set('order', ['refunded', 'paid'])],
  ],
  'every buyer sees the orders that there are': [
    ['no list', (ledger) => ledger.lists.delete('bob')],
    ['one too many', (ledger) => ledger.lists.get('bob')!.push(ledger.lists.get('ann')![0]!)],
    ['another status', (ledger) => (ledger.lists.get('bob')![0]!.status = 'failed')],
    ['a refund that does not show', (ledger) => (ledger.lists.get('ann')![0]!.tickets[1]!.refunded = false)],
  ],
  'something was sold, and something given back': [
    ['nothing sold', (_, books) => (books.orders = [])],
    ['nothing given back', (_, books) => (books.refunds = [])],
  ],
  'no ticket was taken back unasked': [
    ['nobody asked', (ledger) => ledger.refunds.clear()],
    ['another ticket was meant', (ledger) => (ledger.refunds.get('k2')!.tickets = ['a'])],
  ],
  'every refund that was told is there, done, with its amount': [
    ['it is lost', (_, { refunds }) => refunds.shift()],
    ['it is pending', (_, { refunds }) => (refunds[0]!.status = 'pending')],
    ['it has another amount', (_, { refunds }) => refunds[0]!.amount++],
  ],
  'every refund was told to its buyer, once; one of a cancelled event need not be': [
    ['told as refused', (ledger) => (ledger.refunds.get('k2')!.told = [toldOf(409, {})])],
    ['made twice', (_, { refunds }) => refunds.push({ ...refunds[0]!, uuid: 'second' })],
    ['told under two keys', (ledger) => ledger.refunds.set('k3', { ...ledger.refunds.get('k2')!, key: 'k3' })],
  ],
  'no refund is pending when all is over, nor disputed where the dispute is won': [
    ['pending', (_, { refunds }) => (refunds[0]!.status = 'pending')],
    ['disputed by nobody', (_, { refunds }) => (refunds[0]!.status = 'disputed')],
    [
      'disputed, and won',
      (ledger, { refunds }) => {
        ledger.byHand.disputes.set('order', 'won');
        refunds[0]!.status = 'disputed';
      },
    ],
  ],
  'every hold is at the prices of its moment': [
    ['a price of later', (ledger) => (ledger.reservations.get('held')!.tickets = [{ uuid: 'a', price: 11 }])],
    ['not the sum', (ledger) => ledger.reservations.get('held')!.total++],
  ],
  'a ticket bought by the original’s confirm costs what it did when it was held': [
    ['the price of later', (_, { orders }) => (orders[1]!.lines[0]!.price = 6)],
  ],
  'a reservation given back by DELETE was not bought': [
    ['bought', (ledger) => (ledger.releases[0]!.reservation = 'held')],
    [
      'bought, and given back after',
      (ledger, { orders }) => {
        ledger.releases[0]!.reservation = 'held';
        orders[0]!.status = 'refunded';
      },
    ],
  ],
  'a reservation that DELETE refuses as sold was bought by its holder': [
    ['not bought', (ledger) => (ledger.releases[0]!.said = '409 reservation_sold')],
    [
      'bought by another',
      (ledger) => {
        ledger.releases[0]!.said = '409 reservation_sold';
        ledger.reservations.get('other')!.tickets = [{ uuid: 'c', price: 5 }];
      },
    ],
  ],
  'of one user’s twin requests none is told that it holds nothing while the other buys': [
    ['not reserved', (ledger) => (ledger.twins[0]!.said = ['200', '409 ticket_not_reserved'])],
    ['expired', (ledger) => (ledger.twins[0]!.said = ['409 reservation_expired', '201'])],
  ],
  'a seat given back at a quiet moment is anybody’s at once': [
    ['still held', (ledger) => (ledger.quiet[0]!.said = '409 ticket_not_available')],
  ],
  'the database did for the organiser what it should, and refused nothing that nobody buys': [
    ['it failed', (ledger) => ledger.organiser.failures.push('delete: no')],
    ['nobody had it', (ledger) => (ledger.organiser.refused[0]!.ticket = 'd')],
    ['nobody had it yet', (ledger) => (ledger.organiser.refused[0]!.at = 15)],
  ],
  'nobody is charged for a ticket that was deleted': [
    ['a paid order', (_, { orders }) => (orders[1]!.lines[0]!.isGone = true)],
  ],
  'an order that was refused for its tickets names those that are gone or sold, and no others': [
    ['nothing', (ledger) => refuse(ledger, [])],
    ['what was there', (ledger) => refuse(ledger, ['b', 'd'], { from: 5, until: 8 })],
    ['what was not held', (ledger) => refuse(ledger, ['c', 'd'])],
    ['not what was gone', (ledger) => refuse(ledger, ['a'])],
  ],
  'no order has a ticket that was gone when it was made': [
    ['gone', (ledger) => Object.assign(ledger.organiser.gone[0]!, { ticket: 'a', gone: 14 })],
  ],
  'nothing is held or bought of an event that has begun': [
    ['an order', (_, { orders }) => (orders[2]!.createdAt = 50)],
    ['a reservation', (_, { matinee }) => (matinee.reservations[0]!.createdAt = 51)],
    ['a ticket', (ledger) => (ledger.holds.get('ann')![1]!.from = 51)],
  ],
  'no buyer gives a ticket back once its event has begun': [
    ['a refund', (_, { refunds }) => (refunds[0]!.order = 'early')],
  ],
  'an event began: it was sold before, and refused after': [
    ['nothing sold', (_, { orders }) => orders.splice(2, 1)],
    ['nothing refused', (ledger) => ledger.answers.delete('reserve 409 sales_ended')],
  ],
  'nothing is held or bought of an event after its cancellation was told': [
    ['an order', (_, { orders }) => (orders[3]!.createdAt = 63)],
    ['a reservation', (_, { shows }) => (shows.reservations[1]!.createdAt = 63)],
  ],
  'nothing is held or bought of an event while it is postponed': [
    ['an order', (_, { orders }) => (orders[3]!.createdAt = 46)],
    ['a reservation', (_, { shows }) => (shows.reservations[1]!.createdAt = 46)],
  ],
  'a cancelled event gives every buyer the money back, once and to the cent': [
    ['not at all', (_, { orders }) => (orders[3]!.status = 'paid')],
    ['a cent too little', (_, { refunds }) => (refunds[1]!.amount = 6)],
    ['twice', (_, { refunds }) => refunds.push({ ...refunds[1]!, uuid: 'again' })],
    ['not at the provider', (_, { kept }) => kept.set('bought', 7)],
    ['it goes on', (_, { shows }) => shows.refunded.clear()],
  ],
  'no seat is held or bought while it is held back': [
    ['a reservation', (_, { shows }) => (shows.reservations[1]!.createdAt = 39)],
    ['an order', (_, { orders }) => (orders[3]!.lines[0]!.ticket = 'h')],
  ],
  'no access code is used more often than it may be': [['twice', (_, books) => buyAgain(books, { rate: null })]],
  'no rate is sold for more tickets than it may be': [['two', (_, books) => buyAgain(books, { rate: 'child' })]],
  'a buyer of a rescheduled event may give back': [
    [
      'refused',
      (ledger) =>
        ledger.refunds.set('k5', {
          ...{ key: 'k5', user: 'ann', order: 'bought', tickets: ['s'], asked: 52, open: 0 },
          told: [{ ...toldOf(409, {}), until: 53 }],
        }),
    ],
  ],
  'an order is charged the sum of its booked tickets': [
    ['a cent more', (_, { charged }) => charged.set('order', 31)],
    ['nothing', (_, { charged }) => charged.delete('single')],
  ],
  'the provider has kept the price of what each buyer owns, and nothing else': [
    ['charged twice', (_, { kept }) => kept.set('order', 40)],
    ['a cent too much', (_, { kept }) => kept.set('single', 6)],
    ['not charged', (_, { kept }) => kept.delete('single')],
    ['not given back', (_, { kept }) => kept.set('order', 30)],
    ['a failed order’s money', (_, { orders }) => (orders[1]!.status = 'failed')],
    ['by hand, and then again', (ledger) => ledger.byHand.refunds.set('order', { amount: 25, at: 50 })],
    ['money of nobody’s order', (_, { kept }) => kept.set('stranger', 1)],
  ],
  'the provider has kept the price of all that buyers see as theirs': [
    ['they see less', (ledger) => ledger.lists.delete('bob')],
    ['the provider has more', (_, { kept }) => kept.set('order', 11)],
  ],
  'each order costs what its tickets cost': [['a cent more', (_, { orders }) => orders[1]!.total++]],
  'every response is one that the contract foresees: no 500, no 404 of what is there': [
    ['500', (ledger) => ledger.answers.set('order 500 internal', 1)],
    ['404', (ledger) => ledger.answers.set('see an order 404 order_not_found', 1)],
    ['a 503 of another kind', (ledger) => ledger.answers.set('reserve 503 payment_pending', 1)],
    ['an error that is not ours', (ledger) => ledger.answers.set('confirm 200 foreign', 1)],
  ],
  'all responses under one key are the same, but that it was accepted first': [
    ['another order', (ledger) => again(ledger, { uuid: 'other', tickets: [] })],
    ['paid, and then refused', (ledger) => again(ledger, {}, 402)],
  ],
  'an accepted request gets a new response once it has ended': [
    ['still accepted', (ledger) => ledger.repeated.push({ key: 'k1', before: 'order', status: 202, uuid: 'order' })],
  ],
  'every key got a response in the end': [['no answer', (ledger) => (ledger.refunds.get('k2')!.told = [])]],
  'no reservation was extended twice': [['twice', (ledger) => ledger.extended.set('held', 2)]],
};

/** Rules that the changes below leave out: they don't change the buyers' lists. */
const aside = ['every buyer sees the orders that there are', 'something was sold, and something given back'];

describe('the judge', () => {
  test('finds nothing in a sound sale', () => {
    const { ledger, books } = sound();
    expect(judge(ledger, books).filter(({ findings }) => findings.length > 0)).toEqual([]);
  });

  test('counts money that is reserved as kept', () => {
    const { ledger, books } = sound();
    books.orders[1]!.payment = 'authorised';
    books.kept.delete('single');
    expect(judge(ledger, books).filter(({ findings }) => findings.length > 0)).toEqual([]);
  });

  test.each<[what: string, change: (ledger: Ledger, books: Books) => void]>([
    [
      'a hand that gave back more than the refund asked for',
      (ledger, { kept }) => {
        ledger.byHand.refunds.set('order', { amount: 25, at: 50 });
        ledger.byHand.deeds.set('payment given back by hand', 1);
        kept.set('order', 5);
      },
    ],
    ['a hand that gave back less', (ledger) => ledger.byHand.refunds.set('order', { amount: 15, at: 50 })],
    [
      'a hand and a refund at the same moment',
      (ledger, { kept }) => {
        ledger.byHand.refunds.set('order', { amount: 5, at: 61 });
        kept.set('order', 5);
      },
    ],
    [
      'a bank that has the payment back',
      (ledger, { refunds, kept }) => {
        ledger.byHand.disputes.set('order', 'lost');
        refunds[0]!.status = 'disputed';
        kept.set('order', 30);
      },
    ],
    [
      'an order that is refused for what is gone',
      (ledger, { orders, refunds, kept }) => {
        refuse(ledger, ['d']);
        ledger.refunds.clear();
        refunds.shift();
        const lines = orders[0]!.lines.map((line) => ({ ...line, refund: null }));
        orders[0] = { ...orders[0]!, status: 'failed', payment: 'voided', reservation: null, failedAt: 30, lines };
        ledger.lists.get('ann')![0]!.status = 'failed';
        kept.delete('order');
        ledger.confirmations.set('ann a', { user: 'ann', ticket: 'a', paid: false });
        ledger.confirmations.set('ann b', { user: 'ann', ticket: 'b', paid: false });
      },
    ],
    [
      'twins whose lock was lost',
      (ledger) => {
        ledger.twins[0]!.said = ['200', '409 ticket_not_reserved'];
        ledger.locksLost.push({ from: 20, until: 21 });
      },
    ],
    [
      'twins whose ticket was deleted',
      (ledger) => {
        ledger.twins[0]!.said = ['200', '409 ticket_not_reserved'];
        Object.assign(ledger.organiser.gone[0]!, { ticket: 'c', gone: 35, asked: 33 });
      },
    ],
    [
      'a seat that somebody else wants, too',
      (ledger) => {
        ledger.quiet[0]!.said = '409 ticket_not_available';
        ledger.holds.get('bob')!.push({ tickets: ['b'], said: '200', isLost: false, from: 199_000, until: 199_100 });
      },
    ],
  ])('takes no offence at %s', (_, change) => {
    const { ledger, books } = sound();
    change(ledger, books);
    const all = judge(ledger, books).filter(({ rule }) => !aside.includes(rule));
    expect(all.filter(({ findings }) => findings.length > 0)).toEqual([]);
  });

  test('has a case for every rule', () => expect(Object.keys(cases).sort()).toEqual(Object.keys(rules).sort()));

  for (const [rule, spoilt] of Object.entries(cases)) {
    describe(`finds what breaks "${rule}"`, () => {
      test.each(spoilt)('%s', (_, spoil) => {
        const { ledger, books } = sound();
        spoil(ledger, books);
        expect(rules[rule]!(ledger, books)).not.toEqual([]);
      });
    });
  }
});
