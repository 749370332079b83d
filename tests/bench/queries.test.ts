import { expect, test } from 'bun:test';
import { createRandom } from '../../drizzle/seed/random.ts';
import { misspeltQueries, mistyped } from './queries.ts';

const wanted = {
  events: ['An Evening with the Orchestra', 'Night of the Long Songs', 'Comedy at the Docks'],
  performers: ['Ana Lopes', 'The Weather Station'],
  places: ['Madison Square Garden, New York', 'Accor Arena, Paris'],
};

test('different queries, the same for the same seed', () => {
  const queries = misspeltQueries(wanted, 60);
  expect(new Set(queries).size).toBe(60);
  expect(misspeltQueries(wanted, 60)).toEqual(queries);
  expect(misspeltQueries(wanted, 60, 2)).not.toEqual(queries);
});

test('too few words throw instead of an endless loop', () => {
  expect(() => misspeltQueries({ events: ['Jazz'], performers: ['Jazz'], places: ['Jazz'] }, 1000)).toThrow(
    'Too little',
  );
});

test('a mistake keeps the first letter and at most one letter comes or goes', () => {
  const random = createRandom(3);
  for (let i = 0; i < 500; i++) {
    const typed = mistyped('orchestra', random);
    expect(typed[0]).toBe('o');
    expect(Math.abs(typed.length - 9)).toBeLessThanOrEqual(1);
  }
  expect(mistyped('ab', random)).toBe('ab');
});
