import { expect, test } from 'bun:test';
import { createRandom } from '../../../../drizzle/seed/random.ts';
import { createTerms } from './terms.ts';

test('terms of slots that change again and again are those that were set last', () => {
  const random = createRandom(1);
  const terms = createTerms();
  const wanted: string[][] = [];
  for (let i = 0; i < 20_000; i++) {
    const slot = random.int(0, 2000);
    const some = Array.from({ length: random.int(0, 5) }, () => `term ${random.int(0, 99)}`);
    wanted[slot] = [...new Set(some)];
    terms.set(slot, wanted[slot]);
  }

  const slots = Int32Array.from(wanted.keys());
  const counts = new Uint32Array(terms.size());
  terms.count(slots, counts);
  for (let i = 0; i < 100; i++) {
    const code = terms.code(`term ${i}`)!;
    const having = [...slots].filter((slot) => wanted[slot]?.includes(`term ${i}`));
    expect([...slots].filter((slot) => terms.has(slot, code))).toEqual(having);
    expect(counts[code]).toBe(having.length);
  }
});

test('a term that no slot has any more has no code', () => {
  const terms = createTerms();
  terms.set(0, ['a', 'b']);
  terms.set(0, ['b']);
  expect(terms.code('a')).toBeUndefined();
  expect(terms.has(0, terms.code('b')!)).toBe(true);
});
