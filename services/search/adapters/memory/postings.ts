/**
 * The events that have a word, one number each, ascending: the event's slot and, in the low 20 bits, the word's
 * weight there.
 * Eight bytes an event is why 100,000 events fit; MiniSearch's own maps of maps take ten times that.
 */
export type Postings = number[];

const weightRange = 2 ** 20;
const weightSteps = 2 ** 15;

export const slotOf = (posting: number): number => Math.floor(posting / weightRange);
export const weightOf = (posting: number, slot: number): number => (posting - slot * weightRange) / weightSteps;

/** Adds a slot that is not there yet. */
export function addPosting(postings: Postings, slot: number, weight: number): void {
  const added = posting(slot, weight);
  if (postings.length === 0 || postings[postings.length - 1]! < added) postings.push(added);
  else postings.splice(indexOf(postings, slot), 0, added);
}

export function replacePosting(postings: Postings, slot: number, weight: number): void {
  postings[indexOf(postings, slot)] = posting(slot, weight);
}

export function removePosting(postings: Postings, slot: number): void {
  postings.splice(indexOf(postings, slot), 1);
}

/** Weights above 31 count as 31, and none as 0. */
function posting(slot: number, weight: number): number {
  return slot * weightRange + Math.max(1, Math.min(weightRange - 1, Math.round(weight * weightSteps)));
}

/** Where the slot is, or would be. */
function indexOf(postings: Postings, slot: number): number {
  const wanted = slot * weightRange;
  let low = 0;
  let high = postings.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (postings[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
