import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { isNear } from './edits.ts';
import { mayBegin, nearlyBegun } from './spellings.ts';

const begins = (typed: string, word: string) => nearlyBegun(typed).test(word);

test.each([
  ['ramst', 'rammstein', true],
  ['rammt', 'rammstein', true],
  ['rmams', 'rammstein', true],
  ['raxms', 'rammstein', true],
  ['rammx', 'rammstein', false],
  ['xamms', 'rammstein', false],
  ['rxxms', 'rammstein', false],
  ['madis', 'madison', true],
  ['кноце', 'концерт', true],
])('%s nearly begins %s: %j', (typed, word, expected) => expect(begins(typed, word)).toBe(expected));

test('a word nearly begins another when a beginning of that is near, with the same first and last letter', () => {
  const letters = (minLength: number, maxLength: number) =>
    fc.string({ unit: fc.constantFrom('a', 'b'), minLength, maxLength });
  fc.assert(
    fc.property(letters(5, 12), letters(0, 15), (typed, word) => {
      const beginnings = [-1, 0, 1].map((more) => word.slice(0, typed.length + more));
      const isMeant = (one: string) => one[0] === typed[0] && one.at(-1) === typed.at(-1) && isNear(one, typed, 1);
      expect([typed, word, begins(typed, word)]).toEqual([typed, word, beginnings.some(isMeant)]);
    }),
    { numRuns: 5000 },
  );
});

test.each([
  ['rams', false],
  ['ramst', true],
  ['конце', true],
  ['blink1', false],
  ['xylophoneban', true],
  ['xylophonebans', false],
  ['東京都庁前駅', false],
])('%s may be a misspelt beginning: %j', (word, expected) => expect(mayBegin(word)).toBe(expected));
