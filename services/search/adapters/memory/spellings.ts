import type SearchableMap from 'minisearch/SearchableMap';
import { editsAllowed } from '../../domain/query/text.ts';
import { near } from './fuzzy.ts';
import type { Postings } from './postings.ts';
import type { Stepwise } from './turns.ts';

/** A word of the index that stands for a word of the query; `closeness` is 1 for the word as typed. */
export type Spelling = { postings: Postings; closeness: number };

/** The words of the index with their postings, twice. */
export type Vocabulary = { byWord: Map<string, Postings>; tree: SearchableMap<Postings> };

/** More spellings of one word add noise and time, hardly a result. */
const maxSpellings = 50;

/**
 * The factor for an edit beyond the closest spelling: low enough that no length of text outweighs the word as typed.
 */
const fartherEdit = 0.25;

/** The words of the index that a typed word may mean, the closest and most used first. */
export function* spellings(vocabulary: Vocabulary, word: string): Stepwise<Spelling[]> {
  const found = [...(yield* distances(vocabulary, word)).values()].sort(
    (a, b) => a.distance - b.distance || b.postings.length - a.postings.length,
  );
  const closest = found[0]?.distance ?? 0;
  return found.slice(0, maxSpellings).map(({ postings, distance }) => ({
    postings,
    closeness: (1 - distance / word.length) * fartherEdit ** (distance - closest),
  }));
}

type Found = { postings: Postings; distance: number };

function* distances({ byWord, tree }: Vocabulary, word: string): Stepwise<Map<string, Found>> {
  const found = new Map<string, Found>();
  const edits = editsAllowed(word);
  if (edits === 0) {
    const postings = byWord.get(word);
    if (postings) found.set(word, { postings, distance: 0 });
    return found;
  }
  for (const one of yield* near(tree, word, edits)) {
    found.set(one.word, { postings: one.value, distance: one.distance });
  }
  // The tree counts a swap of neighbours, the commonest slip of all, as two edits.
  for (const swapped of swaps(word)) {
    const postings = byWord.get(swapped);
    if (postings) found.set(swapped, { postings, distance: 1 });
  }
  return found;
}

function swaps(word: string): string[] {
  return Array.from({ length: word.length - 1 }, (_, i) => i)
    .filter((i) => word[i] !== word[i + 1])
    .map((i) => `${word.slice(0, i)}${word[i + 1]}${word[i]}${word.slice(i + 2)}`);
}
