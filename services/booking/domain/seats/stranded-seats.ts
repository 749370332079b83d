/**
 * Seats by place; `isBeside` the one before, `isLoose` where a single place is no loss: a place to stand, a table sold
 * whole.
 */
type Rows = { isBeside: Uint8Array; isLoose: Uint8Array };

/**
 * Returns the free seats that a choice would needlessly leave alone, each between taken seats or the ends of its row.
 * Each block of free neighbours is looked at by itself:
 *
 * - A seat that was alone before does not count.
 * - Where the choice takes all but one of a block, every choice of so many leaves one: that does not count.
 * - Any other choice of so many could have begun at an end of the block and left none alone, so each that it does
 *   counts: the second of three, or the second and third of five.
 *
 * Chosen seats count as free before, whether they are taken or not.
 */
export function strandedInRows({ isBeside, isLoose }: Rows, chosen: ReadonlySet<number>, taken: Uint8Array): number[] {
  const stranded: number[] = [];
  const wasFree = (place: number) => !taken[place] || chosen.has(place);
  let seen = -1;
  for (const place of [...chosen].sort((a, b) => a - b)) {
    if (place < seen || isLoose[place]) continue;
    let from = place;
    while (isBeside[from] && wasFree(from - 1)) from--;
    let to = place + 1;
    while (isBeside[to] && wasFree(to)) to++;
    seen = to;
    const isLeft = (at: number) => at >= from && at < to && !chosen.has(at);
    const left = Array.from({ length: to - from }, (_, i) => from + i).filter(isLeft);
    if (left.length > 1) stranded.push(...left.filter((at) => !isLeft(at - 1) && !isLeft(at + 1)));
  }
  return stranded;
}
