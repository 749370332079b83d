import SearchableMap from 'minisearch/SearchableMap';
import type { Option } from '../../domain/relevance/meaning.ts';
import { type Field, type Terms, together } from '../../domain/relevance/terms.ts';
import { near } from './fuzzy.ts';
import { type Postings, removePosting, setPosting } from './postings.ts';
import { type Stepwise, stepsAtOnce } from './turns.ts';

/** A term with the fields that have it, as a mask. */
export type Masks = Map<string, number>;

/** The terms of some fields and which slots have them, over MiniSearch's radix tree, which finds the near ones. */
export function createVocabulary(fields: readonly (keyof Terms)[]) {
  const byTerm = new Map<string, Postings>();
  /** The same postings again: to walk the tree for every term of a text is most of indexing. */
  const tree = new SearchableMap<Postings>();
  const bits = new Map(fields.map((field, at) => [field, 1 << at]));

  function masks(terms: Terms): Masks {
    const found: Masks = new Map();
    for (const [field, bit] of bits) for (const term of terms[field]) found.set(term, (found.get(term) ?? 0) | bit);
    return found;
  }

  function maskOfField(field: Field): number {
    const kept: readonly Field[] = field === 'anyWord' || field === 'anyName' ? together[field] : [field];
    return kept.reduce((mask, one) => mask | (bits.get(one as keyof Terms) ?? 0), 0);
  }

  function set(term: string, slot: number, mask: number): void {
    let postings = byTerm.get(term);
    if (!postings) {
      postings = [];
      byTerm.set(term, postings);
      tree.set(term, postings);
    }
    setPosting(postings, slot, mask);
  }

  function remove(term: string, slot: number): void {
    const postings = byTerm.get(term)!;
    removePosting(postings, slot);
    if (postings.length > 0) return;
    byTerm.delete(term);
    tree.delete(term);
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
    *find({ how, terms }: Option): Stepwise<Postings[]> {
      const found: Postings[] = [];
      for (const term of terms) {
        if (how === 'is') {
          const postings = byTerm.get(term);
          if (postings) found.push(postings);
        } else if (how === 'begins') {
          let steps = 0;
          for (const postings of tree.atPrefix(term).values()) {
            found.push(postings);
            if (++steps % stepsAtOnce === 0) yield;
          }
        } else {
          for (const { value } of yield* near(tree, term, how === 'near1' ? 1 : 2)) found.push(value);
        }
      }
      return found;
    },
  };
}

export type Vocabulary = ReturnType<typeof createVocabulary>;
