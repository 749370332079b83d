import { firstFrom } from '../../domain/query/sorted.ts';
import type { TermList } from './term-lists.ts';
import { type Stepwise, stepsAtOnce } from './turns.ts';

/**
 * The terms of a sorted list that are at most so many edits away from what is wanted; of two edits none is at the first
 * character. A Levenshtein matrix has a row for each character of a term, and the rows of what it begins with as the one
 * before it stay. Where a whole row is beyond the edits that are allowed, all terms that begin so are passed over at
 * once. Swapped neighbours are one edit.
 */
export function* near({ terms, shared }: TermList, wanted: string, edits: 1 | 2): Stepwise<string[]> {
  const width = wanted.length + 1;
  const longest = wanted.length + edits;
  const codes = Uint16Array.from({ length: wanted.length }, (_, at) => wanted.charCodeAt(at));
  const rows = new Uint8Array((longest + 1) * width).fill(edits + 1);
  for (let column = 0; column < width; column++) rows[column] = Math.min(column, 255);
  for (let row = 1; row <= longest; row++) rows[row * width] = Math.min(row, 255);

  /** Fills the row of a term's character; false when nothing that begins so can be near. */
  function fill(term: string, depth: number): boolean {
    const row = depth + 1;
    if (row > longest) return false;
    const code = term.charCodeAt(depth);
    const start = row * width;
    let least = rows[start]!;
    const first = Math.max(0, row - edits - 1);
    const last = Math.min(wanted.length, row + edits);
    for (let column = first; column < last; column++) {
      const replaced = rows[start - width + column]! + (code === codes[column] ? 0 : 1);
      const removed = rows[start - width + column + 1]! + 1;
      const inserted = rows[start + column]! + 1;
      let distance = Math.min(replaced, removed, inserted);
      const isSwapped =
        column > 0 && depth > 0 && code === codes[column - 1] && term.charCodeAt(depth - 1) === codes[column];
      if (isSwapped) distance = Math.min(distance, rows[start - 2 * width + column - 1]! + 1);
      rows[start + column + 1] = distance;
      if (distance < least) least = distance;
    }
    return least <= edits;
  }

  const found: string[] = [];
  const keepsFirst = edits > 1;
  /** How many rows are filled, of the term before. */
  let filled = 0;
  let steps = 0;
  let at = keepsFirst ? firstFrom(terms, wanted.charAt(0)) : 0;
  while (at < terms.length) {
    const term = terms[at]!;
    if (keepsFirst && term.charCodeAt(0) !== codes[0]) break;
    filled = Math.min(filled, shared[at]!);
    while (filled < term.length && fill(term, filled)) filled++;
    at++;
    if (filled < term.length) while (at < terms.length && shared[at]! > filled) at++;
    else if (rows[filled * width + wanted.length]! <= edits) found.push(term);
    if (++steps % stepsAtOnce === 0) yield;
  }
  return found;
}
