import { slotOf, weightOf } from './postings.ts';
import type { Spelling } from './spellings.ts';
import { type Stepwise, stepsAtOnce } from './turns.ts';

export type Candidate = { slot: number; score: number };

/** Adds up the scores of one search at a time. Its arrays are kept between searches and are all zero then. */
export function createScores() {
  let best = new Float64Array(0);
  let sums = new Float64Array(0);
  let matches = new Uint16Array(0);
  let found: number[] = [];

  function start(slots: number): void {
    found = [];
    if (slots <= best.length) return;
    const size = Math.max(1024, slots * 2);
    best = new Float64Array(size);
    sums = new Float64Array(size);
    matches = new Uint16Array(size);
  }

  /** Of several spellings in one event only the best counts, so that "rock, rocks, rocky" gains nothing. */
  function* addWord(spellings: Spelling[], documents: number, wanted: (slot: number) => boolean): Stepwise<undefined> {
    const touched: number[] = [];
    let steps = 0;
    for (const { postings, closeness } of spellings) {
      for (const posting of postings) {
        if (++steps % stepsAtOnce === 0) yield;
        const slot = slotOf(posting);
        if (!wanted(slot)) continue;
        const score = closeness * weightOf(posting, slot);
        if (best[slot] === 0) touched.push(slot);
        if (score > best[slot]!) best[slot] = score;
      }
    }
    const rarity = inverseFrequency(spellings, documents);
    for (const slot of touched) {
      if (++steps % stepsAtOnce === 0) yield;
      if (matches[slot] === 0) found.push(slot);
      matches[slot]!++;
      sums[slot]! += rarity * best[slot]!;
      best[slot] = 0;
    }
  }

  /** More of the query's words in one event count more than their sum. */
  function* finish(): Stepwise<Candidate[]> {
    const candidates: Candidate[] = [];
    for (const slot of found) {
      if (candidates.length % stepsAtOnce === stepsAtOnce - 1) yield;
      candidates.push({ slot, score: sums[slot]! * matches[slot]! });
      sums[slot] = 0;
      matches[slot] = 0;
    }
    return candidates;
  }

  return { start, addWord, finish };
}

/** All spellings share the commonest one's rarity: a misspelling in the data would else be worth more than the word. */
function inverseFrequency(spellings: Spelling[], documents: number): number {
  const most = spellings.reduce((max, { postings }) => Math.max(max, postings.length), 0);
  return Math.log(1 + (documents - most + 0.5) / (most + 0.5));
}
