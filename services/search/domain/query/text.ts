/**
 * Lower case without accents, so that "Bjork" finds "Björk". Marks go only where they are accents (Latin, Greek,
 * Cyrillic): in Hindi or Thai they are vowels.
 */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  if (isAscii.test(lower)) return lower;
  return lower
    .normalize('NFKD')
    .toLowerCase()
    .replace(accents, '')
    .normalize('NFC')
    .replace(wholeLetters, (letter) => plainLetters[letter] ?? letter);
}

/** The words of a text, folded, in order and with repeats. Scripts without spaces give pairs of characters. */
export function words(text: string, use: 'index' | 'query'): string[] {
  const found = fold(text).replace(apostrophes, '').match(runs) ?? [];
  return found.some((word) => unspaced.test(word)) ? found.flatMap((word) => pairs(word, use)) : found;
}

/** Most different words of a query that are looked at; further ones are passed over. */
export const maxQueryWords = 16;

/** The words of a query to search for, each once. */
export const queryWords = (text: string): string[] => [...new Set(words(text, 'query'))].slice(0, maxQueryWords);

/** How many edits a word may be away from what was typed. */
export const editsAllowed = (word: string): 0 | 1 | 2 => (word.length < 3 ? 0 : word.length < 6 ? 1 : 2);

const isAscii = /^[\s!-~]*$/;
const accents = /[\u0300-\u036f]/g;
const apostrophes = /(?<=\p{L})['’ʼ]+(?=\p{L})/gu;
const runs = /[\p{L}\p{N}\p{M}]+/gu;
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]/u;
const unspacedRuns =
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

/** 東京都 → 東京 京都; an index also keeps the single characters, for queries of one. */
function pairs(word: string, use: 'index' | 'query'): string[] {
  return (word.match(unspacedRuns) ?? []).flatMap((run) => {
    if (!unspaced.test(run)) return [run];
    const characters = [...run];
    if (characters.length === 1) return characters;
    const both = characters.slice(1).map((character, i) => `${characters[i]}${character}`);
    return use === 'index' ? [...characters, ...both] : both;
  });
}
