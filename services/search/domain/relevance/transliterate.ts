import { fold } from '../query/text.ts';
import { fromArabic } from './transliterate/arabic.ts';
import { fromCyrillic } from './transliterate/cyrillic.ts';
import { fromGreek } from './transliterate/greek.ts';
import { fromHangul } from './transliterate/hangul.ts';
import { fromKana } from './transliterate/kana.ts';

/** Most forms that a word is given. */
export const maxForms = 4;

/**
 * Returns how a word of one other script is written in ASCII letters, most usual first, at most four forms: Cyrillic,
 * Greek, Arabic, kana and Hangul, each by the standards that its file names. A word with a letter that they do not know
 * gives none, and so does Han: its reading depends on language and word, which takes a dictionary.
 */
export function transliterations(word: string): string[] {
  if (asciiWord.test(word)) return [];
  const folded = fold(word);
  const script = scripts.find(([letters]) => letters.test(folded));
  const forms = script?.[1](folded) ?? [];
  return [...new Set(forms)].filter((form) => asciiWord.test(form)).slice(0, maxForms);
}

const asciiWord = /^[a-z0-9]+$/;

const scripts: [RegExp, (word: string) => string[]][] = [
  [/^[\p{Script=Cyrillic}0-9]*\p{Script=Cyrillic}[\p{Script=Cyrillic}0-9]*$/u, fromCyrillic],
  [/^[\p{Script=Greek}0-9]*\p{Script=Greek}[\p{Script=Greek}0-9]*$/u, fromGreek],
  [/^[\p{Script=Arabic}\p{M}0-9]*\p{Script=Arabic}[\p{Script=Arabic}\p{M}0-9]*$/u, fromArabic],
  [
    /^[\p{Script=Hiragana}\p{Script=Katakana}ー・0-9]*[\p{Script=Hiragana}\p{Script=Katakana}][\p{Script=Hiragana}\p{Script=Katakana}ー・0-9]*$/u,
    fromKana,
  ],
  [/^[가-힣0-9]*[가-힣][가-힣0-9]*$/u, fromHangul],
];
