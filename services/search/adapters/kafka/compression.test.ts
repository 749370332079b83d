import { describe, expect, test } from 'bun:test';
import { unlz4, unsnap } from './compression.ts';

const bytes = (...parts: (number[] | string)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));
const uint32 = (value: number, isBig = false) => {
  const four = Buffer.alloc(4);
  isBig ? four.writeUInt32BE(value) : four.writeUInt32LE(value);
  return [...four];
};

describe('Snappy', () => {
  // "seat", then a copy of 8 bytes from 4 before, which reaches into itself.
  const block = bytes([12, (4 - 1) << 2], 'seat', [((8 - 4) << 2) | 1, 4]);
  const frame = bytes([0x82], 'SNAPPY\0', uint32(1, true), uint32(1, true));
  const framed = (...blocks: Buffer[]) =>
    Buffer.concat([frame, ...blocks.flatMap((one) => [Buffer.from(uint32(one.length, true)), one])]);

  test.each([
    ['one block', block, 'seatseatseat'],
    ['blocks in Java’s frame', framed(block, block), 'seatseatseatseatseatseat'],
    ['a copy by two bytes', bytes([7, 12], 'seat', [((3 - 1) << 2) | 2, 4, 0]), 'seatsea'],
    ['a copy by four bytes', bytes([7, 12], 'seat', [((3 - 1) << 2) | 3, 4, 0, 0, 0]), 'seatsea'],
    ['a length in a byte of its own', bytes([70, 60 << 2, 69], 'x'.repeat(70)), 'x'.repeat(70)],
    ['nothing', bytes([0]), ''],
  ])('%s', (_, compressed, text) => expect(String(unsnap(compressed))).toBe(text));

  test.each([
    ['a copy from before the start', bytes([12, 12], 'seat', [((8 - 4) << 2) | 1, 5])],
    ['more than was promised', bytes([3, 12], 'seat')],
    ['less than was promised', bytes([5, 12], 'seat')],
    ['an end in the middle', bytes([12, 12], 'sea')],
    ['a promise of gigabytes', bytes([0xff, 0xff, 0xff, 0xff, 0x0f])],
    ['a block that ends too soon', framed(block).subarray(0, -1)],
  ])('%s is refused', (_, compressed) => expect(() => unsnap(compressed)).toThrow());
});

describe('LZ4', () => {
  const head = (flags = 0x60) => [...uint32(0x184d2204), flags, 0x40, 0];
  const end = uint32(0);
  const block = (...parts: (number[] | string)[]) => {
    const content = bytes(...parts);
    return bytes(uint32(content.length), [...content]);
  };
  // "seat", a copy of 8 bytes from 4 before, and "!".
  const content: (number[] | string)[] = [[0x44], 'seat', [4, 0], [0x10], '!'];

  test.each([
    ['one block', bytes(head(), [...block(...content)], end), 'seatseatseat!'],
    ['a block as it is', bytes(head(), uint32(0x80000004), 'seat', end), 'seat'],
    [
      'checksums and a length',
      bytes(
        [...uint32(0x184d2204), 0x7c, 0x40],
        new Array(8).fill(0),
        [0],
        [...block(...content)],
        uint32(9),
        end,
        uint32(9),
      ),
      'seatseatseat!',
    ],
    [
      'a copy from the block before',
      bytes(head(0x40), uint32(0x80000004), 'seat', [...block([0x00, 4, 0], [0x10], '!')], end),
      'seatseat!',
    ],
    [
      'lengths in bytes of their own',
      bytes(head(), [...block([0xff, 0], 'x'.repeat(15), [1, 0, 255, 1], [0x10], '!')], end),
      `${'x'.repeat(15 + 4 + 15 + 256)}!`,
    ],
    [
      'two frames',
      bytes(head(), [...block(...content)], end, head(), [...block(...content)], end),
      'seatseatseat!seatseatseat!',
    ],
  ])('%s', (_, compressed, text) => expect(String(unlz4(compressed))).toBe(text));

  test.each([
    ['a copy from before the start', bytes(head(), [...block([0x44], 'seat', [5, 0], [0x10], '!')], end)],
    ['another format', bytes(uint32(1), end)],
    ['an end in the middle', bytes(head(), [...block(...content)].slice(0, -2))],
    ['no end', bytes(head(), [...block(...content)])],
  ])('%s is refused', (_, compressed) => expect(() => unlz4(compressed)).toThrow());
});
