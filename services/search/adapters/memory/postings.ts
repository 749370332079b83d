/** An event that has a term: its slot and, in the low bits, the fields in which it has it. */
export type Posting = number;

/** The events that have a term, ascending. Eight bytes an event at most is why 100,000 events fit. */
export type Postings = Posting[];

/** Fields are bits of a mask. */
const masks = 2 ** 6;

export const slotOf = (posting: Posting): number => Math.floor(posting / masks);
export const maskOf = (posting: Posting): number => posting % masks;

/** Sets the fields of a slot, which need not be there yet. Returns all postings, of one slot without a list. */
export function setPosting(known: Posting | Postings | undefined, slot: number, mask: number): Posting | Postings {
  const posting = slot * masks + mask;
  if (known === undefined) return posting;
  if (typeof known === 'number') {
    if (slotOf(known) === slot) return posting;
    return known < posting ? [known, posting] : [posting, known];
  }
  if (known.at(-1)! < slot * masks) known.push(posting);
  else {
    const at = indexOf(known, slot);
    known.splice(at, slotOf(known[at]!) === slot ? 1 : 0, posting);
  }
  return known;
}

/** Returns the postings without those of a slot, which is among them; undefined when none is left. */
export function removePosting(known: Posting | Postings, slot: number): Posting | Postings | undefined {
  if (typeof known === 'number') return undefined;
  known.splice(indexOf(known, slot), 1);
  return known.length > 1 ? known : known[0];
}

/** Where the slot is, or would be; it is not beyond the last. */
function indexOf(postings: Postings, slot: number): number {
  const wanted = slot * masks;
  let low = 0;
  let high = postings.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (postings[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
