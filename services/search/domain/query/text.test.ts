import { expect, test } from 'bun:test';
import { chunks, fold, pairs, wordsOf } from './text.ts';

test.each([
  ['Björk', 'bjork'],
  ['Sigur Rós', 'sigur ros'],
  ['MØ', 'mo'],
  ['Straße', 'strasse'],
  ['Ёлка', 'елка'],
  ['ｆｕｌｌ', 'full'],
  ['ΟΔΟΣ', 'οδοσ'],
  ['Οδός', 'οδοσ'],
  ['Onsale™', 'onsaletm'],
  ['İstanbul', 'istanbul'],
  ['हिन्दी', 'हिन्दी'],
  ['한국', '한국'],
  ['so\u00adft \u200bhyphen\ufeff', 'soft hyphen'],
  ['O’Brien O´Brien O`Brien', "o'brien o'brien o'brien"],
])('%s folds to %s', (text, expected) => expect(fold(text)).toBe(expected));

test.each([
  ["Guns N' Roses", ['guns', 'n', 'roses']],
  ["O'Brien", ['obrien']],
  ['blink-182', ['blink', '182']],
  ['AC/DC, live', ['ac', 'dc', 'live']],
  ['X JAPAN東京', ['x', 'japan', '東京']],
  ['!?', []],
])('%s has the words %j', (text, expected) =>
  expect(chunks(fold(text as string)).flatMap(wordsOf)).toEqual(expected as string[]),
);

test('two neighbours stand for a word in a script without spaces', () => {
  expect(pairs('東京都')).toEqual(['東京', '京都']);
  expect(pairs('京')).toEqual(['京']);
});
