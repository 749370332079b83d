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
  const parts = fc.array(odd, { minLength: 3, maxLength: 6 }).map((values) => base64(JSON.stringify(values)));
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
