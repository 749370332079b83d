/** Edits between two words: letters put in, left out, or changed, and neighbours swapped, no place edited twice. */
export function edits(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : replaced;
      next[j] = Math.min(replaced, swapped, row[j]! + 1, next[j - 1]! + 1);
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}

/**
 * Returns whether a word is so many edits away at most. Of two edits none is at the first letter: hardly anybody
 * misspells that besides another one, and to look for it is what costs most.
 */
export const isNear = (a: string, b: string, most: 1 | 2): boolean =>
  Math.abs(a.length - b.length) <= most && (most === 1 || a[0] === b[0]) && edits(a, b) <= most;
