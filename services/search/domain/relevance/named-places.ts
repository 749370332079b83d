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

/** Returns the places whose name, its words run together, is so many edits away at most. */
export function placesNear(text: string, most: 1 | 2): string[] {
  const { sorted, lengths, letters, byKey } = names();
  const wanted = lettersOf(text);
  const found: string[] = [];
  // Of two edits none is at the first letter.
  const isFirstKept = most === 2;
  for (let at = isFirstKept ? firstFrom(sorted, text.charAt(0)) : 0; at < sorted.length; at++) {
    if (isFirstKept && sorted[at]![0] !== text[0]) break;
    // An edit changes one letter for another at most, and most names are told apart by the letters that they have.
    if (Math.abs(lengths[at]! - text.length) > most || countOf(letters[at]! ^ wanted) > 2 * most) continue;
    const key = sorted[at]!;
    if (isNear(key, text, most)) found.push(...byKey.get(key)!);
  }
  return unique(found);
}

/** Returns, for each of the words, the places that it names alone or together with its neighbours. */
export function placesIn(words: string[], isBeginning: (text: string) => boolean): NamedPlaces[] {
  const found = words.map((): NamedPlaces => ({ is: [], begins: [], near1: [], near2: [] }));
  for (let from = 0; from < words.length; from++) {
    for (let to = from + 1; to <= Math.min(words.length, from + mostWords); to++) {
      const run = words.slice(from, to);
      const text = run.join('');
      const most = run.length <= mostMisspelt ? editsAllowed(text) : 0;
      const meant: NamedPlaces = {
        is: placesNamed(run),
        begins: to === words.length && isBeginning(text) ? placesBegun(text) : [],
        near1: most >= 1 ? placesNear(text, 1) : [],
        near2: most >= 2 ? placesNear(text, 2) : [],
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

type Names = { byKey: Map<string, string[]>; sorted: string[]; lengths: Uint8Array; letters: Int32Array };

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
  const lengths = Uint8Array.from(sorted, ({ length }) => length);
  kept = { byKey, sorted, lengths, letters: Int32Array.from(sorted, lettersOf) };
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
