import { expect, test } from 'bun:test';
import { createRandom } from '../../../../drizzle/seed/random.ts';
import { isNear } from '../../domain/relevance/edits.ts';
import { near } from './fuzzy.ts';
import { createTermLists } from './term-lists.ts';
import type { Stepwise } from './turns.ts';

const random = createRandom(19, 1);
const someTerm = () => Array.from({ length: random.int(1, 9) }, () => random.pick([...'abcdé'])).join('');

/** As many as make several lists. */
function manyTerms() {
  const lists = createTermLists();
  const terms = new Set<string>();
  for (let i = 0; i < 20_000; i++) {
    const term = someTerm();
    if (!terms.has(term)) lists.add(term);
    else if (i % 3 === 0) lists.remove(term);
    else continue;
    if (!terms.delete(term)) terms.add(term);
  }
  return { lists, terms };
}

test('terms that come and go stand in order, each once, in few lists', () => {
  const { lists, terms } = manyTerms();
  const kept = lists.lists();
  expect(kept.length).toBeLessThan(6);
  expect(kept.flatMap((list) => list.terms).sort()).toEqual([...terms].sort());
  for (const list of kept) expect(list.terms).toEqual([...list.terms].sort());
});

test('a term tells how many characters it has in common with the one before', () => {
  for (const { terms, shared } of manyTerms().lists.lists()) {
    const [first, ...rest] = terms.map((term, at) => ({ term, before: terms[at - 1] ?? '', count: shared[at]! }));
    expect(first?.count ?? 0).toBe(0);
    for (const { term, before, count } of rest) {
      expect(before.slice(0, count)).toBe(term.slice(0, count));
      expect(before.at(count)).not.toBe(term.at(count)!);
    }
  }
});

test('the terms with a beginning come in order, from all lists', () => {
  const { lists, terms } = manyTerms();
  for (const text of ['', 'a', 'bc', 'dé', 'x']) {
    expect([...lists.beginning(text)]).toEqual([...terms].filter((term) => term.startsWith(text)).sort());
  }
});

test('the terms that are near are those whose edits are counted', () => {
  const { lists, terms } = manyTerms();
  for (let i = 0; i < 200; i++) {
    const wanted = someTerm();
    for (const edits of [1, 2] as const) {
      const found = lists.lists().flatMap((list) => all(near(list, wanted, edits)));
      expect(found.sort()).toEqual([...terms].filter((term) => isNear(term, wanted, edits)).sort());
    }
  }
});

function all<T>(work: Stepwise<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}
