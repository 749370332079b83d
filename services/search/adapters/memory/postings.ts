/** An event that has a term: its slot and, in the low bits, the fields in which it has it, one at least. */
export type Posting = number;

/** The events that have a term, ascending, then free places, which are 0. */
export type Postings = Uint32Array;

/** Fields are bits of a mask. */
const maskBits = 6;

export const slotOf = (posting: Posting): number => posting >>> maskBits;
export const maskOf = (posting: Posting): number => posting & ((1 << maskBits) - 1);

/** No posting of a slot is below. */
const leastOf = (slot: number): number => slot * 2 ** maskBits;

/** Sets the fields of a slot, which need not be there yet. Returns all postings, of one slot without a list. */
export function setPosting(known: Posting | Postings | undefined, slot: number, mask: number): Posting | Postings {
  const posting = leastOf(slot) + mask;
  if (known === undefined) return posting;
  if (typeof known === 'number') {
    if (slotOf(known) === slot) return posting;
    return known < posting ? Uint32Array.of(known, posting) : Uint32Array.of(posting, known);
  }
  const at = indexOf(known, slot);
  const isThere = known[at] !== 0 && slotOf(known[at]!) === slot;
  const all = isThere || known[known.length - 1] === 0 ? known : withRoom(known);
  if (!isThere && all[at] !== 0) all.copyWithin(at + 1, at);
  all[at] = posting;
  return all;
}

/** Returns the postings without those of a slot, which is among them; undefined when none is left. */
export function removePosting(known: Posting | Postings, slot: number): Posting | Postings | undefined {
  if (typeof known === 'number') return undefined;
  const at = indexOf(known, slot);
  known.copyWithin(at, at + 1);
  known[known.length - 1] = 0;
  return known[1] === 0 ? known[0] : known;
}

function withRoom(postings: Postings): Postings {
  const more = new Uint32Array(Math.ceil(postings.length * 1.5));
  more.set(postings);
  return more;
}

/** Where the slot is, or would be. */
function indexOf(postings: Postings, slot: number): number {
  const wanted = leastOf(slot);
  let low = 0;
  let high = postings.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (postings[middle] !== 0 && postings[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
