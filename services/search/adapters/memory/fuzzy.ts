import type SearchableMap from 'minisearch/SearchableMap';
import { type Stepwise, stepsAtOnce } from './turns.ts';

type Node<T> = Map<string, Node<T> | T>;

/** The key of what a node itself stands for. */
const leaf = '';

export type Near<T> = { word: string; value: T; distance: number };

/**
 * The words of the tree that are at most so many edits away. The same walk as `SearchableMap.fuzzyGet`, which can't be
 * stopped: among 300,000 words it takes some tens of milliseconds. A Levenshtein matrix has a row for each character on
 * the way down; where a whole row is beyond the edits that are allowed, nothing below can be near. Swapped neighbours
 * are one edit. Of two edits none is at the first character, so most of the tree is passed over.
 */
export function* near<T>(tree: SearchableMap<T>, wanted: string, edits: number): Stepwise<Near<T>[]> {
  const width = wanted.length + 1;
  /** The characters on the way down. */
  const path = new Uint16Array(width + edits + 1);
  const codes = Uint16Array.from({ length: wanted.length }, (_, at) => wanted.charCodeAt(at));
  const rows = new Uint8Array((width + edits + 1) * width).fill(edits + 1);
  for (let column = 0; column < width; column++) rows[column] = Math.min(column, 255);
  for (let row = 1; row * width < rows.length; row++) rows[row * width] = Math.min(row, 255);

  /** Fills the rows of these characters; false when nothing with them can be near. */
  function descend(characters: string, depth: number): boolean {
    for (let at = 0; at < characters.length; at++) {
      const row = depth + at + 1;
      const code = characters.charCodeAt(at);
      path[row - 1] = code;
      const start = row * width;
      let least = rows[start]!;
      const first = Math.max(0, row - edits - 1);
      const last = Math.min(wanted.length, row + edits);
      for (let column = first; column < last; column++) {
        const replaced = rows[start - width + column]! + (code === codes[column] ? 0 : 1);
        const removed = rows[start - width + column + 1]! + 1;
        const inserted = rows[start + column]! + 1;
        let distance = Math.min(replaced, removed, inserted);
        const isSwapped = column > 0 && row > 1 && code === codes[column - 1] && path[row - 2] === codes[column];
        if (isSwapped) distance = Math.min(distance, rows[start - 2 * width + column - 1]! + 1);
        rows[start + column + 1] = distance;
        if (distance < least) least = distance;
      }
      if (least > edits) return false;
    }
    return true;
  }

  const found: Near<T>[] = [];
  const stack = [{ node: tree._tree as Node<T>, keys: (tree._tree as Node<T>).keys(), word: '' }];
  let steps = 0;
  for (let here = stack.at(-1); here; here = stack.at(-1)) {
    const { node, keys, word } = here;
    const { done, value: key } = keys.next();
    if (done) stack.pop();
    else if (edits > 1 && word === '' && key.charCodeAt(0) !== codes[0]) continue;
    else if (key === leaf) {
      const distance = rows[word.length * width + width - 1]!;
      if (distance <= edits) found.push({ word, value: node.get(leaf) as T, distance });
    } else if (descend(key, word.length)) {
      const below = node.get(key) as Node<T>;
      stack.push({ node: below, keys: below.keys(), word: word + key });
    }
    if (++steps % stepsAtOnce === 0) yield;
  }
  return found;
}
