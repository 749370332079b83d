import type { Meaning, Option, Wish } from './meaning.ts';
import { type Field, type Terms, together } from './terms.ts';

/** Why an event has a score: for each wish that it fulfils, the best way in which it does. */
export type Reason = { typed: string; term: string; field: Field; how: Option['how']; score: number };

/**
 * The score of an event, by a look at all that it is found by. An index finds the same faster; this is what it has to
 * agree with. Returns undefined for an event that is not found.
 */
export function scoreOf(meaning: Meaning, terms: Terms): { score: number; reasons: Reason[] } | undefined {
  const asked = meaning.asked.flatMap((wish) => best(wish, terms) ?? []);
  if (asked.length === 0) return undefined;
  const reasons = [...asked, ...meaning.helpful.flatMap((wish) => best(wish, terms) ?? [])];
  const score = reasons.reduce((sum, reason) => sum + reason.score, 0);
  return score < meaning.least ? undefined : { score, reasons };
}

function best({ typed, options }: Wish, terms: Terms): Reason | undefined {
  let found: Reason | undefined;
  for (const { how, terms: wanted, scores } of options) {
    for (const [field, score] of Object.entries(scores) as [Field, number][]) {
      if (found && found.score >= score) continue;
      const term = termsIn(terms, field).find((one) => wanted.some((other) => meets[how](one, other)));
      if (term !== undefined) found = { typed, term, field, how, score };
    }
  }
  return found;
}

const termsIn = (terms: Terms, field: Field): string[] =>
  field === 'anyWord' || field === 'anyName' ? together[field].flatMap((one) => terms[one]) : terms[field];

const meets: Record<Option['how'], (term: string, wanted: string) => boolean> = {
  is: (term, wanted) => term === wanted,
  begins: (term, wanted) => term.startsWith(wanted),
  near1: (term, wanted) => edits(term, wanted) <= 1,
  near2: (term, wanted) => edits(term, wanted) <= 2,
};

/** Edits between two words: letters put in, left out, or changed, and neighbours swapped, no place edited twice. */
export function edits(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : replaced;
      next[j] = Math.min(replaced, swapped, row[j]! + 1, next[j - 1]! + 1);
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}
