/**
 * Edits between two words: letters put in, left out, or changed, and neighbours swapped, no place edited twice. More
 * than `most` are returned as some number above it.
 */
export function edits(a: string, b: string, most = 2): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  // Most words that are near have most letters in common: the rest alone is compared.
  let from = 0;
  let [endA, endB] = [a.length, b.length];
  while (from < endA && from < endB && a.charCodeAt(from) === b.charCodeAt(from)) from++;
  while (from < endA && from < endB && a.charCodeAt(endA - 1) === b.charCodeAt(endB - 1)) {
    endA--;
    endB--;
  }
  const [restA, restB] = [endA - from, endB - from];
  if (restA === 0 || restB === 0) return restA + restB;
  // The rest differs at both ends: it is one letter for another, two swapped letters, or more than one edit.
  if (restA === 1 && restB === 1) return 1;
  if (most === 1 && restA + restB !== 4) return 2;
  return editsOf(a.slice(from, endA), b.slice(from, endB));
}

function editsOf(a: string, b: string): number {
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
  (most === 1 || a.charCodeAt(0) === b.charCodeAt(0)) && edits(a, b, most) <= most;
