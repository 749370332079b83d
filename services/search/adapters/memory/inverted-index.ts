import type { Meaning, Wish } from '../../domain/relevance/meaning.ts';
import { nameFields, type Terms, wordFields } from '../../domain/relevance/terms.ts';
import { type Candidate, createScores } from './scores.ts';
import type { Stepwise } from './turns.ts';
import { createVocabulary } from './vocabulary.ts';

/** Which slots have which terms. */
export function createInvertedIndex() {
  const vocabularies = [createVocabulary(wordFields), createVocabulary(nameFields)];
  /** Those that no search under way uses. */
  const idle: ReturnType<typeof createScores>[] = [];

  return {
    /** Moves a slot from the terms it was indexed with to others; `undefined` for an empty slot. */
    change(slot: number, before: Terms | undefined, after: Terms | undefined): void {
      for (const vocabulary of vocabularies) vocabulary.change(slot, before, after);
    },

    /** The slots that have what is meant, of the `used` ones that `wanted` lets in, and their scores. */
    *find(meaning: Meaning, used: number, wanted: (slot: number) => boolean): Stepwise<Candidate[]> {
      const scores = idle.pop() ?? createScores();
      scores.start(used);
      for (const wish of meaning.asked) yield* add(wish, (slot) => wanted(slot));
      for (const wish of meaning.helpful) yield* add(wish, scores.isFound);
      const candidates = yield* scores.finish(meaning.least);
      idle.push(scores);
      return candidates;

      function* add({ options }: Wish, lets: (slot: number) => boolean): Stepwise<undefined> {
        for (const option of options) {
          for (const vocabulary of vocabularies) {
            const byMask = vocabulary.scores(option);
            if (byMask) yield* scores.offer(yield* vocabulary.find(option), byMask, lets);
          }
        }
        yield* scores.take();
      }
    },
  };
}
