import { firstFrom } from '../query/sorted.ts';
import { isNear } from './edits.ts';
import { keysOfWords, nameKeys } from './names.ts';
import { allPlaces } from './places.ts';
import { editsAllowed } from './spellings.ts';
import { transliterations } from './transliterate.ts';

/** The cities and countries that a word names, alone or with its neighbours, by their codes. */
export type NamedPlaces = { is: string[]; begins: string[]; near1: string[]; near2: string[] };

/** Most words of a name that is looked for, and of one that may be misspelt. */
const mostWords = 4;
const mostMisspelt = 2;
/** Most characters of a name within a text that has no spaces. */
const mostCharacters = 12;

/** Returns the places whose name in any language these words are, in any order. */
export const placesNamed = (words: string[]): string[] =>
  unique(keysOfWords(words).flatMap((key) => names().byKey.get(key) ?? []));

/** Returns the places whose name begins so. */
export function placesBegun(text: string): string[] {
  const { sorted, byKey } = names();
  const found: string[] = [];
  for (let at = firstFrom(sorted, text); sorted[at]?.startsWith(text); at++) found.push(...byKey.get(sorted[at]!)!);
  return unique(found);
}

/** Returns the places whose name, its words run together, is one edit away, and those that are two away at most. */
function placesNear(text: string, edits: 0 | 1 | 2): Pick<NamedPlaces, 'near1' | 'near2'> {
  const { sorted, byLength, letters, byKey } = names();
  const near = { near1: [] as string[], near2: [] as string[] };
  const wanted = lettersOf(text);
  for (let length = text.length - edits; edits > 0 && length <= text.length + edits; length++) {
    for (const at of byLength[length] ?? []) {
      // An edit changes one letter for another at most, and most names are told apart by the letters that they have.
      const others = countOf(letters[at]! ^ wanted);
      if (others > 2 * edits) continue;
      const key = sorted[at]!;
      if (others <= 2 && isNear(key, text, 1)) near.near1.push(...byKey.get(key)!);
      if (edits === 2 && isNear(key, text, 2)) near.near2.push(...byKey.get(key)!);
    }
  }
  return { near1: unique(near.near1), near2: unique(near.near2) };
}

/** Returns, for each of the words, the places that it names alone or together with its neighbours. */
export function placesIn(words: string[], isBeginning: (text: string) => boolean): NamedPlaces[] {
  const found = words.map((): NamedPlaces => ({ is: [], begins: [], near1: [], near2: [] }));
  for (let from = 0; from < words.length; from++) {
    for (let to = from + 1; to <= Math.min(words.length, from + mostWords); to++) {
      const run = words.slice(from, to);
      const text = run.join('');
      const meant: NamedPlaces = {
        is: placesNamed(run),
        begins: to === words.length && isBeginning(text) ? placesBegun(text) : [],
        ...placesNear(text, run.length <= mostMisspelt ? editsAllowed(text) : 0),
      };
      for (const word of found.slice(from, to)) join(word, meant);
    }
  }
  return found;
}

function join(word: NamedPlaces, more: NamedPlaces): void {
  for (const how of ['is', 'begins', 'near1', 'near2'] as const) word[how] = unique([...word[how], ...more[how]]);
}

/** Returns the places named within a run without spaces, for each two neighbours: 東京ドーム begins with Tokyo. */
export function placesWithin(run: string): string[][] {
  const characters = [...run];
  const found = characters.slice(1).map((): string[] => []);
  for (let from = 0; from < characters.length; from++) {
    for (let to = from + 2; to <= Math.min(characters.length, from + mostCharacters); to++) {
      const codes = names().byKey.get(characters.slice(from, to).join('')) ?? [];
      for (let at = from; at < to - 1; at++) found[at] = unique([...found[at]!, ...codes]);
    }
  }
  return found;
}

type Names = {
  byKey: Map<string, string[]>;
  sorted: string[];
  /** Places among the sorted names, by the length of these. */
  byLength: number[][];
  letters: Int32Array;
};

let kept: Names | undefined;

/** Lists the names of all places now, for 0.2 s, and not while the first search waits for them. */
export const listPlaces = (): void => void names();

/** The names of all places, each run together as a search has it. */
function names(): Names {
  if (kept) return kept;
  const byKey = new Map<string, string[]>();
  for (const { code, names } of allPlaces()) {
    const written = [...names.values()];
    for (const key of unique([...written, ...written.flatMap(transliterations)].flatMap(nameKeys)))
      byKey.set(key, [...(byKey.get(key) ?? []), code]);
  }
  const sorted = [...byKey.keys()].sort();
  const byLength: number[][] = [];
  for (const [at, { length }] of sorted.entries()) {
    byLength[length] ??= [];
    byLength[length].push(at);
  }
  kept = { byKey, sorted, byLength, letters: Int32Array.from(sorted, lettersOf) };
  return kept;
}

/** A bit for each letter; letters of other scripts share them. */
function lettersOf(text: string): number {
  let bits = 0;
  for (let at = 0; at < text.length; at++) bits |= 1 << (text.charCodeAt(at) & 31);
  return bits;
}

function countOf(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

const unique = (codes: string[]): string[] => (codes.length < 2 ? codes : [...new Set(codes)]);
