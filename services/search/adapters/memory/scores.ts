import { maskOf, type Postings, slotOf } from './postings.ts';
import { type Stepwise, stepsAtOnce } from './turns.ts';

export type Candidate = { slot: number; score: number };

/** Adds up the scores of one search at a time. Its arrays are kept between searches and are all zero then. */
export function createScores() {
  let best = new Int32Array(0);
  let sums = new Int32Array(0);
  let touched: number[] = [];
  let found: number[] = [];

  function start(slots: number): void {
    touched = [];
    found = [];
    if (slots <= best.length) return;
    const size = Math.max(1024, slots * 2);
    best = new Int32Array(size);
    sums = new Int32Array(size);
  }

  /** One way to have what is wished for. Of several ways in one event only the best counts. */
  function* offer(terms: Postings[], byMask: number[], lets: (slot: number) => boolean): Stepwise<undefined> {
    let steps = 0;
    for (const postings of terms) {
      for (let at = 0; at < postings.length && postings[at] !== 0; at++) {
        const posting = postings[at]!;
        if (++steps % stepsAtOnce === 0) yield;
        const score = byMask[maskOf(posting)]!;
        if (score === 0) continue;
        const slot = slotOf(posting);
        const before = best[slot]!;
        if (score <= before || !lets(slot)) continue;
        if (before === 0) touched.push(slot);
        best[slot] = score;
      }
    }
  }

  /** Ends a wish: what was best for it is added to the events' sums. */
  function* take(): Stepwise<undefined> {
    let steps = 0;
    for (const slot of touched) {
      if (++steps % stepsAtOnce === 0) yield;
      if (sums[slot] === 0) found.push(slot);
      sums[slot]! += best[slot]!;
      best[slot] = 0;
    }
    touched = [];
  }

  /** The events that have at least that much. */
  function* finish(least: number): Stepwise<Candidate[]> {
    const candidates: Candidate[] = [];
    let steps = 0;
    for (const slot of found) {
      if (++steps % stepsAtOnce === 0) yield;
      if (sums[slot]! >= least) candidates.push({ slot, score: sums[slot]! });
      sums[slot] = 0;
    }
    return candidates;
  }

  return { start, offer, take, isFound: (slot: number) => sums[slot]! > 0, finish };
}
