import { isNear } from './edits.ts';
import type { Meaning, Option, Wish } from './meaning.ts';
import { nearlyBegun } from './spellings.ts';
import { type Field, fieldsOf, type Terms } from './terms.ts';

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

const termsIn = (terms: Terms, field: Field): string[] => fieldsOf(field).flatMap((one) => terms[one]);

const meets: Record<Option['how'], (term: string, wanted: string) => boolean> = {
  is: (term, wanted) => term === wanted,
  begins: (term, wanted) => term.startsWith(wanted),
  near1: (term, wanted) => isNear(term, wanted, 1),
  near2: (term, wanted) => isNear(term, wanted, 2),
  begins1: (term, wanted) => nearlyBegun(wanted).test(term),
};
