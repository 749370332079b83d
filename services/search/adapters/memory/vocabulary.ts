import { firstFrom } from '../../domain/query/sorted.ts';
import type { Option } from '../../domain/relevance/meaning.ts';
import { nearlyBegun } from '../../domain/relevance/spellings.ts';
import { type Field, fieldsOf, type Terms } from '../../domain/relevance/terms.ts';
import { near } from './fuzzy.ts';
import { type Posting, type Postings, removePosting, setPosting } from './postings.ts';
import { createTermLists, type TermList } from './term-lists.ts';
import { type Stepwise, stepsAtOnce } from './turns.ts';

/** A term with the fields that have it, as a mask. */
type Masks = Map<string, number>;

/** The terms of some fields and which slots have them. */
export function createVocabulary(fields: readonly (keyof Terms)[]) {
  /** Most terms are of one event only, and then there is no list of them. */
  const byTerm = new Map<string, Posting | Postings>();
  const inOrder = createTermLists();
  const bits = new Map(fields.map((field, at) => [field, 1 << at]));

  function masks(terms: Terms): Masks {
    const found: Masks = new Map();
    for (const [field, bit] of bits) for (const term of terms[field]) found.set(term, (found.get(term) ?? 0) | bit);
    return found;
  }

  function maskOfField(field: Field): number {
    return fieldsOf(field).reduce((mask, one) => mask | (bits.get(one) ?? 0), 0);
  }

  function set(term: string, slot: number, mask: number): void {
    const known = byTerm.get(term);
    if (known === undefined) inOrder.add(term);
    const postings = setPosting(known, slot, mask);
    if (postings !== known) byTerm.set(term, postings);
  }

  function remove(term: string, slot: number): void {
    const left = removePosting(byTerm.get(term)!, slot);
    if (left !== undefined) byTerm.set(term, left);
    else if (byTerm.delete(term)) inOrder.remove(term);
  }

  /** All terms that an option means, once or more. */
  function* meant({ how, terms }: Option): Stepwise<string[]> {
    if (how === 'is') return terms;
    const found: string[] = [];
    for (const list of inOrder.lists()) {
      for (const term of terms) {
        const some = yield* meets[how](list, term);
        for (const one of some) found.push(one);
      }
    }
    return found;
  }

  return {
    /** Moves a slot from the terms it was indexed with to others; `undefined` for an empty slot. */
    change(slot: number, before: Terms | undefined, after: Terms | undefined): void {
      const old: Masks = before ? masks(before) : new Map();
      const now: Masks = after ? masks(after) : new Map();
      for (const term of old.keys()) if (!now.has(term)) remove(term, slot);
      for (const [term, mask] of now) if (old.get(term) !== mask) set(term, slot, mask);
    },

    /** The scores of an option by mask; undefined when it asks for none of these fields. */
    scores(option: Option): number[] | undefined {
      const given = Object.entries(option.scores).flatMap(([field, score]) => {
        const bit = maskOfField(field as Field);
        return bit === 0 ? [] : [{ bit, score }];
      });
      if (given.length === 0) return undefined;
      return Array.from({ length: 1 << fields.length }, (_, mask) =>
        Math.max(0, ...given.filter(({ bit }) => mask & bit).map(({ score }) => score)),
      );
    },

    /** The postings of all terms that an option means. */
    *find(option: Option): Stepwise<Postings[]> {
      const single: Posting[] = [];
      const found: Postings[] = [];
      for (const term of yield* meant(option)) {
        const postings = byTerm.get(term);
        if (typeof postings === 'number') single.push(postings);
        else if (postings) found.push(postings);
      }
      found.push(Uint32Array.from(single));
      return found;
    },
  };
}

const meets = {
  begins: ({ terms }: TermList, term: string) => begun(terms, term),
  near1: (list: TermList, term: string) => near(list, term, 1),
  near2: (list: TermList, term: string) => near(list, term, 2),
  begins1: ({ terms }: TermList, term: string) => begunNearly(terms, term),
};

/** The first letter is as typed. */
function* begunNearly(list: readonly string[], text: string): Stepwise<string[]> {
  const pattern = nearlyBegun(text);
  const found: string[] = [];
  for (const [at, term] of (yield* begun(list, text.charAt(0))).entries()) {
    if (pattern.test(term)) found.push(term);
    if (at % stepsAtOnce === stepsAtOnce - 1) yield;
  }
  return found;
}

function* begun(list: readonly string[], text: string): Stepwise<string[]> {
  const from = firstFrom(list, text);
  let to = from;
  while (list[to]?.startsWith(text)) if (++to % stepsAtOnce === 0) yield;
  return list.slice(from, to);
}
