import { expect, test } from 'bun:test';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { compressOnce, encodingFor } from './compression.ts';

test.each([
  [undefined, undefined],
  ['', undefined],
  ['identity', undefined],
  ['deflate', undefined],
  ['br, deflate', 'br'],
  ['gzip, br', 'br'],
  ['gzip;q=1, br;q=0.9', 'gzip'],
  ['*, zstd;q=0, br;q=0', 'gzip'],
  ['gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['gzip, deflate, br, zstd', 'zstd'],
  ['zstd;q=0.1, gzip;q=0.9', 'gzip'],
  ['zstd;q=0, gzip;q=0', undefined],
  ['*', 'zstd'],
  ['*;q=0', undefined],
  ['zstd;q=0, *', 'br'],
] as const)('Accept-Encoding %p is given %p', (header, encoding) => {
  expect(encodingFor(header)).toBe(encoding);
  expect(encodingFor(header)).toBe(encoding);
});

const text = JSON.stringify(Array.from({ length: 200 }, (_, i) => ({ seat: `Säl ${i}` })));

test('bytes that are sent again are compressed once for each coding', async () => {
  const bytes = new TextEncoder().encode(text);
  const [first, again] = await Promise.all([compressOnce(bytes, 'gzip'), compressOnce(bytes, 'gzip')]);
  expect(again).toBe(first);
  expect(gunzipSync(first).toString()).toBe(text);
  expect(zstdDecompressSync(await compressOnce(bytes, 'zstd')).toString()).toBe(text);
  expect(brotliDecompressSync(await compressOnce(bytes, 'br')).toString()).toBe(text);
  // Bytes are never written again: the next page is other bytes.
  expect(await compressOnce(bytes.slice(), 'gzip')).not.toBe(first);
});

test('a text that is sent again is compressed once for each coding', async () => {
  const first = await compressOnce(text, 'zstd');
  expect(await compressOnce(`${text}`, 'zstd')).toBe(first);
  expect(zstdDecompressSync(first).toString()).toBe(text);
  expect(gunzipSync(await compressOnce(text, 'gzip')).toString()).toBe(text);
  expect(brotliDecompressSync(await compressOnce(text, 'br')).toString()).toBe(text);
});
