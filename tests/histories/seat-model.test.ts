import { describe, expect, test } from 'bun:test';
import { picture } from './explain.ts';
import type { Kind, Operation, Outcome } from './history.ts';
import { checkSeats } from './seats.ts';

type Step = [user: string, kind: Kind, outcome: Outcome, from: number, to: number, more?: Partial<Operation>];

const historyOf = (steps: Step[]): Operation[] =>
  steps.map(([user, kind, outcome, from, to, more], id) => ({
    ...{ id, user, kind, outcome, from, to, process: 'p1', seats: ['A1'], answer: outcome },
    ...more,
  }));
const judge = (steps: Step[]) => checkSeats(historyOf(steps), ['A1']).violations;
const shown = (status: string) => ({ told: { A1: status } });
const [r1, r2] = [{ hold: 'r1:A1' }, { hold: 'r2:A1' }];
const o1 = { ...r1, order: 'o1' };

describe('right', () => {
  const right: Record<string, Step[]> = {
    'held, bought, given back, and bought by another': [
      ['ann', 'hold', 'ok', 0, 1, r1],
      ['bob', 'reserve', 'refused', 2, 3],
      ['ann', 'order', 'ok', 4, 5, o1],
      ['ann', 'look', 'ok', 6, 7, shown('booked')],
      ['ann', 'refund', 'ok', 8, 12, o1],
      ['bob', 'reserve', 'ok', 9, 10],
      ['bob', 'confirm', 'ok', 13, 14],
    ],
    'a payment without an answer is sold later': [
      ['ann', 'hold', 'ok', 0, 1, r1],
      ['ann', 'order', 'pending', 2, 3, o1],
      ['ann', 'look', 'ok', 4, 5, shown('reserved')],
      ['ann', 'look', 'ok', 6, 7, shown('booked')],
    ],
    'a payment that is called off by giving the seat back': [
      ['ann', 'hold', 'ok', 0, 1, r1],
      ['ann', 'order', 'pending', 2, 3, o1],
      ['ann', 'release', 'ok', 4, 5, r1],
      ['bob', 'reserve', 'ok', 6, 7],
    ],
    'no answer, and what was held is given back': [
      ['ann', 'reserve', 'unknown', 0, Number.POSITIVE_INFINITY],
      ['bob', 'reserve', 'refused', 1, 2],
      ['bob', 'reserve', 'ok', 3, 4],
    ],
    'refused beside one who is refused': [
      ['ann', 'reserve', 'ok', 0, 1],
      ['ann', 'confirm', 'ok', 2, 3],
      ['ann', 'refund', 'ok', 4, 7],
      ['bob', 'reserve', 'refused', 5, 9],
      ['eve', 'reserve', 'refused', 8, 10],
    ],
  };
  test.each(Object.entries(right))('%s', (_, steps) => {
    expect(judge(steps)).toEqual([]);
  });
});

describe('wrong', () => {
  const sold: Step[] = [
    ['ann', 'hold', 'ok', 0, 1, r1],
    ['ann', 'order', 'ok', 2, 3, o1],
  ];
  const wrong: Record<string, Step[]> = {
    '200 without a hold': [...sold, ['bob', 'reserve', 'refused', 4, 7], ['bob', 'reserve', 'ok', 5, 6]],
    'an acknowledged reservation vanishes': [
      ['ann', 'hold', 'ok', 0, 1, r1],
      ['bob', 'hold', 'ok', 2, 3, r2],
    ],
    'a seat that was given back can’t be had': [
      ...sold,
      ['ann', 'refund', 'ok', 4, 5, o1],
      ['bob', 'reserve', 'refused', 6, 7],
    ],
    'a new hold is freed': [
      ...sold,
      ['ann', 'refund', 'ok', 4, 5, o1],
      ['ann', 'hold', 'ok', 6, 7, r2],
      ['bob', 'look', 'ok', 8, 9, shown('available')],
    ],
    'an order beside its release: both': [
      ['ann', 'hold', 'ok', 0, 1, r1],
      ['ann', 'order', 'ok', 2, 5, o1],
      ['ann', 'release', 'ok', 3, 6, r1],
    ],
    'not reserved, though held': [
      ['ann', 'reserve', 'ok', 0, 1],
      ['ann', 'confirm', 'declined', 2, 5],
      ['ann', 'confirm', 'refused', 3, 6],
    ],
    'sold twice': [...sold, ['bob', 'confirm', 'ok', 4, 5]],
    'shown as before it was held': [
      ['ann', 'reserve', 'ok', 0, 1],
      ['bob', 'look', 'ok', 2, 3, shown('available')],
    ],
    'the same seats under two names': [
      ['ann', 'hold', 'ok', 0, 1, r1],
      ['ann', 'hold', 'ok', 2, 3, r2],
    ],
  };
  test.each(Object.entries(wrong))('%s', (_, steps) => {
    expect(judge(steps)).toHaveLength(1);
  });
});

test('a refused reservation of several seats is explained by any of them', () => {
  const seats = ['A1', 'A2'];
  const both = { seats, hold: 'r1:A1+A2' };
  const steps: Step[] = [
    ['ann', 'hold', 'ok', 0, 1, both],
    ['ann', 'confirm', 'ok', 2, 3, { seats: ['A2'] }],
    ['ann', 'order', 'refused', 4, 5, both],
  ];
  expect(checkSeats(historyOf(steps), seats).violations).toEqual([]);
  expect(checkSeats(historyOf(steps.filter((_, i) => i !== 1)), seats).violations).toHaveLength(1);
});

test('a seat may be locked for a moment by a hold that starts anew, as a seat of its user was lost meanwhile', () => {
  const seats = ['A1', 'A2'];
  const look = (A1: string, A2: string) => ({ seats, told: { A1, A2 } });
  const steps: Step[] = [
    ['ann', 'reserve', 'ok', 0, 1, { seats: ['A2'] }],
    ['ann', 'hold', 'ok', 2, 9, { seats, hold: 'r1:A1+A2' }],
    ['', 'expire', 'ok', 3, 4, { seats: ['A2'] }],
    ['bob', 'look', 'ok', 5, 6, look('reserved', 'available')],
    ['bob', 'look', 'ok', 7, 8, look('available', 'available')],
  ];
  expect(checkSeats(historyOf(steps), seats).violations).toEqual([]);
  const late = historyOf(steps).map((one) => (one.kind === 'expire' ? { ...one, from: 1.2, to: 1.5 } : one));
  expect(checkSeats(late, seats).violations).toHaveLength(1);
});

test('a picture marks the responses that can’t all be true', () => {
  const [violation] = judge([
    ['ann', 'reserve', 'ok', 0, 10],
    ['bob', 'reserve', 'refused', 15, 20],
    ['bob', 'look', 'ok', 30, 40, { ...shown('available'), answer: 'A1 available' }],
  ]);
  const lines = picture(violation!).split('\n');
  expect(lines[0]).toBe("A1: what is marked can't all be true, whatever else happened; before it was held ann single");
  expect(lines.slice(1).map((line) => `${line[0]} ${line.slice(line.indexOf('#'))}`)).toEqual([
    '  #0 ann at p1: reserve A1 → ok',
    '* #1 bob at p1: reserve A1 → refused',
    '> #2 bob at p1: look  → A1 available',
  ]);
});
