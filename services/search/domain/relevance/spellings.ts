import { fold, isUnspaced } from '../query/text.ts';

/** The ways in which a text is written, folded: "Die Ärzte" → "die arzte", "die aerzte". */
export function spellings(text: string): string[] {
  const plain = fold(text);
  if (!hasUmlaut.test(text)) return [plain];
  return [plain, fold(text.normalize('NFC').replace(umlauts, (letter) => writtenOut[letter.toLowerCase()]!))];
}

/** As German, Danish, Norwegian and Swedish write them where a keyboard lacks them. */
const writtenOut: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ø: 'oe', å: 'aa' };
const umlauts = /[äöüøå]/gi;
const hasUmlaut = /[äöüøå]|\u0308|\u030a/i;

/**
 * Signs and letters of other scripts within a folded piece of Latin letters, as the letters that they look like: ke$ha
 * → kesha, p!nk → pink, koяn → korn. Returns the piece itself where there are none.
 */
export function lookalike(chunk: string): string {
  if (!hasOther.test(chunk) || !/[a-z]/.test(chunk)) return chunk;
  return chunk.replace(others, (sign) => looks[sign] ?? sign);
}

const looks: Record<string, string> = {
  $: 's',
  '!': 'i',
  '@': 'a',
  '€': 'e',
  я: 'r',
  и: 'n',
  ξ: 'e',
  σ: 'e',
  λ: 'a',
  δ: 'a',
  д: 'a',
  ш: 'w',
  ф: 'o',
  ц: 'u',
  ч: 'y',
};
/** A sign stands for a letter only before another: "Wham!" ends with none. */
const others = /[$!@€](?=[\p{L}\p{N}])|[яиξσλδдшфцч]/gu;
const hasOther = /[$!@€яиξσλδдшфцч]/u;

/** Other numbers of an English word: symphonies → symphony, eagle → eagles. They need not be words. */
export function inflections(word: string): string[] {
  if (!/^[a-z]{3,}$/.test(word)) return [];
  // No English word takes an s after an s: mis is not Miss.
  const found = word.endsWith('s') ? [] : [`${word}s`];
  if (word.length < 4) return found;
  if (/(?:s|x|z|ch|sh)$/.test(word)) found.push(`${word}es`);
  if (word.endsWith('y')) found.push(`${word.slice(0, -1)}ies`);
  if (word.endsWith('s') && !word.endsWith('ss')) found.push(word.slice(0, -1));
  if (word.length > 4 && word.endsWith('es')) found.push(word.slice(0, -2));
  if (word.length > 4 && word.endsWith('ies')) found.push(`${word.slice(0, -3)}y`);
  return found;
}

/**
 * How many edits a word may be away from what was typed. Short words have strangers next to them, and so have numbers:
 * U2 is not U3.
 */
export function editsAllowed(word: string): 0 | 1 | 2 {
  if (word.length < 4 || /\p{N}/u.test(word)) return 0;
  return word.length < 7 ? 1 : 2;
}

/** Shorter ones begin too much with an edit; of longer ones the pattern is too long to look for. */
const isBeginning = /^\p{L}{5,12}$/u;

/** Returns whether a word may be a misspelt beginning. */
export const mayBegin = (word: string): boolean => isBeginning.test(word) && !isUnspaced(word);

/**
 * Returns the regular expression, in what JavaScript and Lucene both know, of beginnings that are one edit away from
 * what was typed, or none. The first and the last letter are as typed: with a free last letter a beginning says little.
 */
export function nearBeginning(typed: string): string {
  const letters = [...typed];
  const last = letters.length - 1;
  const withLetters = (from: number, to: number, ...other: string[]) =>
    [...letters.slice(0, from), ...other, ...letters.slice(to)].join('');
  const ways = [typed];
  for (let at = 1; at <= last; at++) {
    ways.push(withLetters(at, at, '.'));
    if (at < last) ways.push(withLetters(at, at + 1, '.'), withLetters(at, at + 1));
    if (at < last - 1) ways.push(withLetters(at, at + 2, letters[at + 1]!, letters[at]!));
  }
  return `(${[...new Set(ways)].join('|')})`;
}

/** Returns the pattern of words that a misspelt beginning begins. */
export const nearlyBegun = (typed: string): RegExp => new RegExp(`^${nearBeginning(typed)}`, 'u');
