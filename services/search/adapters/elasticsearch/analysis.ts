import { fold } from '../../domain/query/text.ts';

/**
 * The analysis of `domain/query/text.ts` in Elasticsearch's terms. It agrees by construction where a table can carry it
 * (what a character folds to is asked of `fold` itself), and by test for the rest.
 */
export function analysis() {
  return {
    char_filter: { fold: { type: 'mapping', mappings: foldings() } },
    tokenizer: { words: { type: 'pattern', pattern: word, group: 0 } },
    filter: {
      no_apostrophes: { type: 'pattern_replace', pattern: apostrophe, replacement: '' },
      index_parts: captures(single, pair, otherRun),
      query_parts: captures(lonely, pair, otherRun),
      index_pairs: { type: 'condition', filter: ['index_parts'], script: { source: hasParts } },
      query_pairs: { type: 'condition', filter: ['query_parts'], script: { source: hasParts } },
      // Lucene refuses a document for one longer word; nobody types one of this length.
      longest: { type: 'truncate', length: 1000 },
      not_empty: { type: 'length', min: 1 },
    },
    analyzer: {
      event_text: { ...common, filter: [...perWord, 'index_pairs', 'longest'] },
      event_query: { ...common, filter: [...perWord, 'query_pairs', 'longest'] },
    },
  };
}

const common = { type: 'custom', char_filter: ['fold'], tokenizer: 'words' };
const perWord = ['lowercase', 'no_apostrophes', 'not_empty'];

/**
 * Patterns here repeat nothing but one class of characters: Java matches that in a loop and anything more by recursion,
 * and a long enough word would end the whole node with a stack overflow.
 */
const word = "[\\p{L}\\p{N}\\p{M}'’]+";
/**
 * Within a word they go; elsewhere they separate, and are left out of what is captured. Looking back, Java sees but the
 * second half of a character beyond the first 65,536.
 */
const apostrophe = "(?<=[\\p{L}\\uDC00-\\uDFFF])['’ʼ]+(?=\\p{L})|^['’]+$";

/** Scripts without spaces. */
const unspaced = '\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}ー';
const single = `([${unspaced}])`;
const lonely = `(?<![${unspaced}\\uDC00-\\uDFFF])([${unspaced}])(?![${unspaced}])`;
const pair = `(?=([${unspaced}]{2}))`;
const otherRun = `([^${unspaced}'’]+)`;

/** Few words have parts, and to look for them with patterns would take half the time of all indexing. */
const hasParts = `
  CharSequence term = token.term;
  for (int i = 0; i < term.length(); i++) {
    char c = term.charAt(i);
    if (c >= (char)0x2E80 || c == (char)0x27 || c == (char)0x2019) return true;
  }
  return false;`;

const captures = (...patterns: string[]) => ({ type: 'pattern_capture', preserve_original: false, patterns });

/** Every character that is more than lower-cased, alone or, for half-width voiced kana, with its mark. */
function foldings(): string[] {
  return [...candidates()].flatMap((character) => {
    const folded = fold(character);
    return folded === character.toLowerCase() ? [] : [`${escaped(character)}=>${escaped(folded)}`];
  });
}

/**
 * Characters that may fold to something else. Most blocks of characters fold to themselves, and are looked at as a
 * whole.
 */
function* candidates(): Iterable<string> {
  for (const [first, last] of planes) {
    for (let from = first; from <= last; from += blockLength) {
      const block = range(from, Math.min(from + blockLength - 1, last));
      const text = block.join('\n');
      if (fold(text) !== text.toLowerCase()) yield* block;
    }
  }
  for (const mark of voicedMarks) {
    for (const kana of [...range(0x3041, 0x30ff), ...range(0xff66, 0xff9d)]) yield kana + mark;
  }
}

const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i));

const blockLength = 256;

const planes = [
  [0x80, 0xd7ff],
  [0xe000, 0x1ffff],
  [0x2f800, 0x2fa1f],
] as const;

/** Combining, and half-width. */
const voicedMarks = ['\u3099', '\u309a', '\uff9e', '\uff9f'];

/** Rules are trimmed and read for escapes, so spaces and backslashes are written as such. */
const escaped = (text: string): string =>
  text.replace(/[\s\\=>\p{M}]/gu, (part) =>
    [...Array(part.length).keys()].map((i) => `\\u${part.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  );
