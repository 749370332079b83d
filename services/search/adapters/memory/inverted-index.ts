import SearchableMap from 'minisearch/SearchableMap';
import { addPosting, type Postings, removePosting, replacePosting } from './postings.ts';
import { type Candidate, createScores } from './scores.ts';
import { spellings } from './spellings.ts';
import type { Stepwise } from './turns.ts';

export type WordWeights = Map<string, number>;

/** Which slots have which words, over MiniSearch's radix tree, which finds the misspelt ones. */
export type InvertedIndex = {
  /** Moves a slot from the words it was indexed with to others; `undefined` for an empty slot. */
  change(slot: number, before: WordWeights | undefined, after: WordWeights | undefined): void;
  /** The slots with any of the words, of those that `wanted` lets in, and their scores. */
  find(
    words: string[],
    slots: { used: number; documents: number },
    wanted: (slot: number) => boolean,
  ): Stepwise<Candidate[]>;
};

export function createInvertedIndex(): InvertedIndex {
  const byWord = new Map<string, Postings>();
  /** The same postings again, for misspelt words: to walk the tree for every word of a text is most of indexing. */
  const tree = new SearchableMap<Postings>();
  /** Those that no search under way uses. */
  const idle: ReturnType<typeof createScores>[] = [];

  function add(word: string, slot: number, weight: number): void {
    let postings = byWord.get(word);
    if (!postings) {
      postings = [];
      byWord.set(word, postings);
      tree.set(word, postings);
    }
    addPosting(postings, slot, weight);
  }

  function remove(word: string, slot: number): void {
    const postings = byWord.get(word)!;
    removePosting(postings, slot);
    if (postings.length > 0) return;
    byWord.delete(word);
    tree.delete(word);
  }

  return {
    change(slot, before, after) {
      for (const word of before?.keys() ?? []) if (!after?.has(word)) remove(word, slot);
      for (const [word, weight] of after ?? []) {
        const previous = before?.get(word);
        if (previous === weight) continue;
        if (previous === undefined) add(word, slot, weight);
        else replacePosting(byWord.get(word)!, slot, weight);
      }
    },

    *find(words, slots, wanted) {
      const scores = idle.pop() ?? createScores();
      scores.start(slots.used);
      for (const word of words) {
        yield* scores.addWord(yield* spellings({ byWord, tree }, word), slots.documents, wanted);
      }
      const candidates = yield* scores.finish();
      idle.push(scores);
      return candidates;
    },
  };
}
