import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { isAppError } from '../../../../shared/errors.ts';
import { readCursor, writeCursor } from './cursor.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64url');
const odd = fc.oneof(
  fc.double(),
  fc.maxSafeInteger(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(null, true, '', '\0', '\ud800', 1e308, -1, 2, 4_102_444_800_000, 253_402_300_800_000),
  fc.json().map((text) => JSON.parse(text)),
);

test('a forged cursor is refused as invalid, or reads as one that a search may have written', () => {
  const parts = fc.array(odd, { minLength: 3, maxLength: 7 }).map((values) => base64(JSON.stringify(values)));
  const nearly = fc
    .tuple(fc.double({ noNaN: true }), fc.integer(), fc.string({ minLength: 1, maxLength: 5 }), fc.nat())
    .map((values) => base64(JSON.stringify(values)));
  const text = fc.oneof(parts, nearly, fc.string({ unit: 'binary' }), fc.base64String(), fc.json().map(base64));
  let read = 0;
  fc.assert(
    fc.property(text, (cursor) => {
      try {
        const known = readCursor(cursor);
        expect(readCursor(writeCursor(known))).toEqual(known);
        expect(Number.isSafeInteger(known.page) && Number.isFinite(known.after.key)).toBe(true);
        expect(new Date(known.after.dateMs).getUTCFullYear()).toBeWithin(1, 10_000);
        read++;
      } catch (error) {
        if (!isAppError(error, 'invalid_request')) throw error;
      }
    }),
    { numRuns: 5000 },
  );
  expect(read).toBeGreaterThan(100);
});

test.each([
  [{}],
  [{ view: 'a.1' }],
  [{ sort: 'price' as const }],
  [{ view: 'a.1', sort: 'price' as const }],
  [{ isLoose: true }],
  [{ view: 'a.1', sort: 'price' as const, isLoose: true }],
])('a cursor with %j is read as it was written', (more) => {
  const cursor = { after: { key: 1, dateMs: 2, uuid: 'u', ...more }, page: 2 };
  expect(readCursor(writeCursor(cursor))).toEqual(cursor);
});

test('a cursor that ends otherwise than one of a loose search is refused', () => {
  for (const rest of [
    ['v', 'price', false],
    ['v', null, null],
    ['v', null],
    [null, 'x', true],
    ['v', 'price', 1],
  ]) {
    expect(() => readCursor(base64(JSON.stringify([1, 2, 'u', 2, ...rest])))).toThrow();
  }
});
