import type { OfferedSeat } from './candidates.ts';
import { seatRows } from './seat-rows.ts';

/**
 * The free seats that a choice would leave alone, each between taken seats or the ends of its row, though it need not: the
 * uuids, in the order of the rows. Each block of free neighbours is looked at by itself:
 *
 * - A seat that was alone before is not left so by this choice.
 * - Where the choice takes all but one of a block, every choice of so many leaves one: that is nobody's fault.
 * - Any other choice of so many could have begun at an end of the block and left none alone, so each that it does counts:
 *   the second of three, or the second and third of five.
 *
 * Chosen seats count as free before, whether they are marked so or not: who asks may hold them already. Places to stand
 * and tables that are sold whole are never alone.
 */
export function strandedBy(seats: readonly OfferedSeat[], chosen: ReadonlySet<string>): string[] {
  const stranded: string[] = [];
  for (const { seats: row, isBeside, isLoose } of seatRows(seats)) {
    if (isLoose || !row.some(({ uuid }) => chosen.has(uuid))) continue;
    let block: OfferedSeat[] = [];
    for (const [i, seat] of row.entries()) {
      if (!isBeside[i]) {
        stranded.push(...strandedInBlock(block, chosen));
        block = [];
      }
      if (seat.free || chosen.has(seat.uuid)) block.push(seat);
      else {
        stranded.push(...strandedInBlock(block, chosen));
        block = [];
      }
    }
    stranded.push(...strandedInBlock(block, chosen));
  }
  return stranded;
}

/** The same of one block, whose seats are all free and beside each other. */
export function strandedInBlock(block: readonly OfferedSeat[], chosen: ReadonlySet<string>): string[] {
  const isLeft = block.map(({ uuid }) => !chosen.has(uuid));
  const left = isLeft.filter(Boolean).length;
  if (left <= 1) return [];
  return block.filter((_, i) => isLeft[i] && !isLeft[i - 1] && !isLeft[i + 1]).map(({ uuid }) => uuid);
}
