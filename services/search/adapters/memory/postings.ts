/**
 * The events that have a term, one number each, ascending: the event's slot and, in the low bits, the fields in which
 * it has it. Eight bytes an event at most is why 100,000 events fit; MiniSearch's own maps of maps take ten times that.
 */
export type Postings = number[];

/** Fields are bits of a mask. */
const masks = 2 ** 6;

export const slotOf = (posting: number): number => Math.floor(posting / masks);
export const maskOf = (posting: number): number => posting % masks;

/** Sets the fields of a slot, which need not be there yet. */
export function setPosting(postings: Postings, slot: number, mask: number): void {
  const posting = slot * masks + mask;
  if (postings.length === 0 || postings[postings.length - 1]! < slot * masks) {
    postings.push(posting);
    return;
  }
  const at = indexOf(postings, slot);
  postings.splice(at, slotOf(postings[at]!) === slot ? 1 : 0, posting);
}

export function removePosting(postings: Postings, slot: number): void {
  postings.splice(indexOf(postings, slot), 1);
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
