/**
 * Lower case without accents, without marks that are not seen, and with one apostrophe for all that look like one, so
 * that "Bjork" finds "Björk".
 */
export function fold(text: string): string {
  if (isAscii.test(text)) return text.toLowerCase().replaceAll('`', "'");
  return text
    .replace(unseen, '')
    .replace(apostrophes, "'")
    .toLowerCase()
    .normalize('NFKD')
    .toLowerCase()
    .replace(accents, '')
    .normalize('NFC')
    .replace(wholeLetters, (letter) => plainLetters[letter] ?? letter);
}

/** The pieces of a folded text that white space or punctuation of a sentence separates: "ac/dc", "r.e.m.", "!!!". */
export const chunks = (folded: string): string[] => folded.split(/[\s,;·•–—]+/u).filter(Boolean);

/**
 * The words of a folded chunk: its runs of letters and digits. An apostrophe within goes; other signs separate. A run
 * in a script without spaces is one word, apart from what touches it.
 */
export function wordsOf(chunk: string): string[] {
  if (isPlain.test(chunk)) return [chunk.slice(0, longestWord)];
  const found = chunk.replace(inner, '').match(runs) ?? [];
  return found.flatMap((run) => (isUnspaced(run) ? run.match(scripts)! : [run])).map((w) => w.slice(0, longestWord));
}

/** The words of a text, folded, in order and with repeats. */
export const words = (text: string): string[] => chunks(fold(text)).flatMap(wordsOf);

/** Returns whether a word is in a script that does not put spaces between words. */
export const isUnspaced = (word: string): boolean => unspaced.test(word);

/** 東京都 → 東京 京都: two neighbours stand for a word; a single character for itself. */
export function pairs(run: string): string[] {
  const characters = [...run];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, i) => `${characters[i]}${character}`);
}

/** Nobody types a longer one. */
export const longestWord = 64;

const isAscii = /^[\s!-~]*$/;
const isPlain = /^[a-z0-9]+$/;
const unseen = /\u034f|[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]|[\ufe00-\ufe0f]/g;
const apostrophes = /[’‘ʼʻ´`′‛＇｀]/g;
/** Marks go only where they are accents (Latin, Greek, Cyrillic): in Hindi or Thai they are vowels. */
const accents = /[\u0300-\u036f]/g;
const inner = /(?<=[\p{L}\p{N}])'+(?=\p{L})/gu;
const runs = /[\p{L}\p{N}\p{M}]+/gu;
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]/u;
const scripts =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]+|[^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]+/gu;

/** Letters that Unicode does not take apart, or that are the same to a reader. */
const plainLetters: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ı: 'i',
  ħ: 'h',
  ŧ: 't',
  // The end of a word must not make it another.
  ς: 'σ',
};
const wholeLetters = new RegExp(`[${Object.keys(plainLetters).join('')}]`, 'g');
