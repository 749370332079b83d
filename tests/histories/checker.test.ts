import { describe, expect, test } from 'bun:test';
import { check, type Spec, type Timed } from './checker.ts';

type Op = { write?: string; read?: string };

/** A register that holds one text, and may lose a text that ends in an exclamation mark. */
const register: Spec<Op> = {
  initial: '0',
  step: (state, { write, read }) => (write !== undefined ? [write] : read === state ? [state] : []),
  isRead: ({ read }) => read !== undefined,
  drift: (state) => (state.endsWith('!') ? ['lost'] : []),
};

const write = (value: string, from: number, to: number, isOptional = false): Timed<Op> => ({
  op: { write: value },
  from,
  to,
  isOptional,
});
const read = (value: string, from: number, to: number): Timed<Op> => ({ op: { read: value }, from, to });
const never = Number.POSITIVE_INFINITY;

describe('histories that one object can have had', () => {
  const good: Record<string, Timed<Op>[]> = {
    'nothing at all': [],
    'one after the other': [write('1', 0, 1), read('1', 2, 3), write('2', 4, 5), read('2', 6, 7)],
    'a read beside a write has the old or the new': [write('1', 0, 9), read('0', 1, 2), read('1', 3, 4)],
    'the same of a write that is still open at its end': [read('1', 1, 2), write('1', 0, 9)],
    'a read needs a write that needs to follow another': [
      write('1', 0, 9),
      write('2', 0, 9),
      read('1', 1, 2),
      read('2', 3, 4),
    ],
    'no answer: it took effect late': [write('1', 0, never, true), read('0', 1, 2), read('1', 3, 4)],
    'no answer: it never took effect': [write('1', 0, never, true), read('0', 1, 2), read('0', 3, 4)],
    'no answer, and after its time it has no effect': [write('1', 0, 2, true), read('0', 3, 4)],
    'no answer, and it took effect after one that was open with it': [
      write('1', 0, 9),
      write('2', 0, 3, true),
      read('2', 4, 5),
    ],
    'a question at the instant of an answer is beside it': [write('1', 0, 1), read('0', 1, 2)],
    'it passes by itself': [write('1!', 0, 1), read('1!', 2, 3), read('lost', 4, 5)],
    'it passes by itself, seen by one who waits for another': [write('1!', 0, 9), read('lost', 1, 2)],
  };
  test.each(Object.entries(good))('%s', (_, history) => {
    expect(check(register, history).violation).toBeUndefined();
  });
});

describe('histories that no object can have had, and the first impossible response', () => {
  const bad: Record<string, { history: Timed<Op>[]; at: number }> = {
    'an old value after the write was answered': { history: [write('1', 0, 1), read('0', 2, 3)], at: 1 },
    'a value of the future': { history: [read('1', 0, 1), write('1', 2, 3)], at: 0 },
    'new, then old, beside one write': { history: [write('1', 0, 9), read('1', 1, 2), read('0', 3, 4)], at: 2 },
    'two see two writes in different orders': {
      history: [write('1', 0, 1), write('2', 0, 1), read('1', 2, 3), read('2', 2, 3)],
      at: 3,
    },
    'what had no answer took effect twice': {
      history: [write('1', 0, never, true), read('1', 1, 2), write('2', 3, 4), read('1', 5, 6)],
      at: 3,
    },
    'what had no answer took effect after its time': {
      history: [write('1', 0, 2, true), read('0', 3, 4), read('1', 5, 6)],
      at: 2,
    },
    'it comes back by itself': { history: [write('1!', 0, 1), read('lost', 2, 3), read('1!', 4, 5)], at: 2 },
  };
  test.each(Object.entries(bad))('%s', (_, { history, at }) => {
    expect(check(register, history).violation?.at).toBe(history[at]!);
  });
});

test('a fault has the possible states of the object, and the concurrent operations', () => {
  const late = write('2', 1, 9);
  const history = [write('1', 0, 1), late, read('7', 3, 4)];
  const { violation } = check(register, history);
  expect(violation).toEqual({ at: history[2]!, states: ['1'], open: [late] });
});

test('every verdict on small histories is that of trying all orders', () => {
  let state = 1;
  const random = (n: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % n;
  };
  const verdicts = { good: 0, bad: 0 };
  for (let n = 0; n < 3000; n++) {
    const history = Array.from({ length: 5 }, (): Timed<Op> => {
      const from = random(10);
      const value = ['1', '2', '1!', 'lost'][random(4)]!;
      const isOptional = random(4) === 0;
      const to = isOptional && random(2) === 0 ? never : from + 1 + random(6);
      return { op: random(2) === 0 ? { write: value } : { read: value }, from, to, isOptional };
    });
    const isGood = byBruteForce('0', history);
    verdicts[isGood ? 'good' : 'bad']++;
    expect([history, check(register, history).violation === undefined]).toEqual([history, isGood]);
  }
  expect(Math.min(verdicts.good, verdicts.bad)).toBeGreaterThan(300);
});

/** Returns whether the rest has some valid order, in which each operation follows all that ended before it began. */
function byBruteForce(state: string, rest: Timed<Op>[]): boolean {
  if (rest.every(({ isOptional }) => isOptional)) return true;
  if (register.drift!(state).some((other) => byBruteForce(other, rest))) return true;
  return rest.some((one, i) => {
    const others = rest.filter((_, n) => n !== i);
    if (others.some(({ to, isOptional }) => !isOptional && to < one.from)) return false;
    // An operation without a response may be left out.
    const left = others.filter(({ to, isOptional }) => !(isOptional && to < one.from));
    return register.step(state, one.op).some((next) => byBruteForce(next, left));
  });
}
