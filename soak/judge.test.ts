import { describe, expect, test } from 'bun:test';
import type { Books } from './books.ts';
import { judge, rules } from './judge.ts';
import { createLedger, type Ledger } from './ledger.ts';

/** Ann has ticket a by her order, and gave b back; bob has c, by the original's endpoint. */
function sound(): { ledger: Ledger; books: Books } {
  const ledger = createLedger();
  const [a, b] = [
    { uuid: 'a', price: 10 },
    { uuid: 'b', price: 20 },
  ] as const;
  const line = (ticket: string, price: number, refund: string | null = null) => ({ ticket, price, refund });
  const told = { uuid: 'order', status: 'paid', total: 30, tickets: [a, b].map((t) => ({ ...t, refunded: false })) };
  const refund = { uuid: 'refund', order_uuid: 'order', amount: 20, tickets: [b] };
  ledger.reservations.set('held', { uuid: 'held', user: 'ann', tickets: [a, b], total: 30 });
  ledger.orders.set('k1', {
    key: 'k1',
    user: 'ann',
    reservation: 'held',
    method: 'card',
    told: [{ status: 201, text: JSON.stringify(told) }],
  });
  ledger.refunds.set('k2', {
    key: 'k2',
    user: 'ann',
    order: 'order',
    tickets: ['b'],
    told: [{ status: 201, text: JSON.stringify(refund) }],
  });
  ledger.confirmations.set('bob c', { user: 'bob', ticket: 'c', paid: true });
  ledger.answers.set('order 201', 1).set('confirm 0', 3).set('confirm 503 unavailable', 2);
  ledger.seen.set('order', ['pending', 'paid']);
  ledger.extended.set('held', 1);
  const asSeen = [told.tickets[0]!, { ...told.tickets[1]!, refunded: true }];
  ledger.lists.set('ann', [{ ...told, tickets: asSeen }]);
  ledger.lists.set('bob', [
    { uuid: 'single', status: 'paid', total: 5, tickets: [{ uuid: 'c', price: 5, refunded: false }] },
  ]);
  const paid = { status: 'paid', payment: 'succeeded' };
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
    ],
    refunds: [{ uuid: 'refund', order: 'order', amount: 20, status: 'succeeded' }],
    kept: new Map([
      ['order', 10],
      ['single', 5],
    ]),
  };
  return { ledger, books };
}

type Case = [what: string, spoil: (ledger: Ledger, books: Books) => void];

const again = (ledger: Ledger, text: object) =>
  ledger.orders.get('k1')!.told.push({ status: 201, text: JSON.stringify(text) });

/** For every rule, what it must find. */
const cases: Record<string, Case[]> = {
  'no ticket is in two live orders': [
    ['two paid orders', (_, { orders }) => orders[1]!.lines.push({ ticket: 'a', price: 10, refund: null })],
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
    ['it was not sold', (_, { orders }) => orders.pop()],
    ['its order has failed', (_, { orders }) => (orders[1]!.status = 'failed')],
    ['it was sold to somebody else', (_, { orders }) => (orders[1]!.user = 'ann')],
  ],
  'every order was asked for': [
    ['a reservation that nobody paid for', (ledger) => ledger.orders.clear()],
    ['a ticket that nobody confirmed', (ledger) => ledger.confirmations.clear()],
  ],
  'every paid order of a reservation was told, and to nobody as refused': [
    ['told as declined', (ledger) => (ledger.orders.get('k1')!.told = [{ status: 402, text: '{}' }])],
    ['told as expired', (ledger) => (ledger.orders.get('k1')!.told = [{ status: 409, text: '{}' }])],
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
    ['it is lost', (_, { refunds }) => refunds.pop()],
    ['it is pending', (_, { refunds }) => (refunds[0]!.status = 'pending')],
    ['it has another amount', (_, { refunds }) => refunds[0]!.amount++],
  ],
  'every refund was told to its buyer, once': [
    ['told as refused', (ledger) => (ledger.refunds.get('k2')!.told = [{ status: 409, text: '{}' }])],
    ['made twice', (_, { refunds }) => refunds.push({ ...refunds[0]!, uuid: 'second' })],
    ['told under two keys', (ledger) => ledger.refunds.set('k3', { ...ledger.refunds.get('k2')!, key: 'k3' })],
  ],
  'no refund is pending when all is over': [['pending', (_, { refunds }) => (refunds[0]!.status = 'pending')]],
  'the provider has kept the price of what each buyer owns, and nothing else': [
    ['charged twice', (_, { kept }) => kept.set('order', 40)],
    ['a cent too much', (_, { kept }) => kept.set('single', 6)],
    ['not charged', (_, { kept }) => kept.delete('single')],
    ['not given back', (_, { kept }) => kept.set('order', 30)],
    ['a failed order’s money', (_, { orders }) => (orders[1]!.status = 'failed')],
    ['money of nobody’s order', (_, { kept }) => kept.set('stranger', 1)],
  ],
  'what the buyers see as theirs costs what the provider has kept': [
    ['they see less', (ledger) => ledger.lists.delete('bob')],
    ['the provider has more', (_, { kept }) => kept.set('order', 11)],
  ],
  'each order costs what its tickets cost': [['a cent more', (_, { orders }) => orders[1]!.total++]],
  'every answer is one that the contract foresees: no 500, no 404 of what is there': [
    ['500', (ledger) => ledger.answers.set('order 500 internal', 1)],
    ['404', (ledger) => ledger.answers.set('see an order 404 order_not_found', 1)],
    ['a 503 of another kind', (ledger) => ledger.answers.set('reserve 503 payment_pending', 1)],
    ['an error that is not ours', (ledger) => ledger.answers.set('confirm 200 foreign', 1)],
  ],
  'all answers under one key are the same': [
    ['another order', (ledger) => again(ledger, { uuid: 'other', tickets: [] })],
    ['paid, and then refused', (ledger) => ledger.orders.get('k1')!.told.push({ status: 402, text: '{}' })],
  ],
  'every key was answered in the end': [['no answer', (ledger) => (ledger.refunds.get('k2')!.told = [])]],
  'no reservation was extended twice': [['twice', (ledger) => ledger.extended.set('held', 2)]],
};

describe('the judge', () => {
  test('finds nothing where all is well', () => {
    const { ledger, books } = sound();
    expect(judge(ledger, books).filter(({ findings }) => findings.length > 0)).toEqual([]);
  });

  test('counts money that is reserved as kept', () => {
    const { ledger, books } = sound();
    books.orders[1]!.payment = 'authorised';
    books.kept.delete('single');
    expect(judge(ledger, books).filter(({ findings }) => findings.length > 0)).toEqual([]);
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
