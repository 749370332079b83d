import { expect, test } from 'bun:test';
import { editsAllowed, fold, words } from './text.ts';

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
])('%s folds to %s', (text, expected) => expect(fold(text)).toBe(expected));

test.each([
  ["Guns N' Roses", ['guns', 'n', 'roses']],
  ["O'Brien", ['obrien']],
  ["O'ʼBrien", ['obrien']],
  ['blink-182', ['blink', '182']],
  ['東京都', ['東京', '京都']],
  ['京', ['京']],
  ['X JAPAN東京', ['x', 'japan', '東京']],
  ['ラーメン', ['ラー', 'ーメ', 'メン']],
  ['!?', []],
])('a query of %s asks for %j', (text, expected) =>
  expect(words(text as string, 'query')).toEqual(expected as string[]),
);

test('an index also keeps the single characters', () => {
  expect(words('東京都', 'index')).toEqual(['東', '京', '都', '東京', '京都']);
});

test('the edits allowed grow with the word', () => {
  expect(['a', 'ab', 'abc', 'abcde', 'abcdef'].map(editsAllowed)).toEqual([0, 0, 1, 1, 2]);
});
