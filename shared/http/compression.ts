import { promisify } from 'node:util';
import { constants, gzip, zstdCompress } from 'node:zlib';
import { parseAccept } from 'hono/utils/accept';
import { LRUCache } from 'lru-cache';

/** The content codings, the better one first. */
const encodings = ['zstd', 'gzip'] as const;
export type Encoding = (typeof encodings)[number];

/** A shorter body is in one packet as it is. */
export const leastBytes = 1024;

/** The memory of compressed texts and their keys. */
const maxTextBytes = 8 * 1024 * 1024;

/** Of zstd's levels the first makes event pages as small as the usual one, in less time. */
const zstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const zstd = promisify(zstdCompress);
const zip = promisify(gzip);

/** Compresses a body outside this thread. */
export const compress = (body: string | Uint8Array, encoding: Encoding): Promise<Uint8Array> =>
  encoding === 'zstd' ? zstd(body, zstdOptions) : zip(body);

const ofBytes = new WeakMap<Uint8Array, Partial<Record<Encoding, Promise<Uint8Array>>>>();
const ofTexts = { zstd: keptTexts('zstd'), gzip: keptTexts('gzip') };

function keptTexts(encoding: Encoding) {
  return new LRUCache<string, Uint8Array>({
    maxSize: maxTextBytes / encodings.length,
    sizeCalculation: (bytes, text) => bytes.length + text.length,
    fetchMethod: (text) => compress(text, encoding),
  });
}

/**
 * Compresses a body that is sent again and again: once for all, as long as the bytes are in use, or the text is among
 * those that were sent last.
 */
export async function compressOnce(body: string | Uint8Array, encoding: Encoding): Promise<Uint8Array> {
  if (typeof body === 'string') {
    const texts = ofTexts[encoding];
    return texts.get(body) ?? texts.forceFetch(body);
  }
  let made = ofBytes.get(body);
  if (!made) {
    made = {};
    ofBytes.set(body, made);
  }
  made[encoding] ??= compress(body, encoding);
  return made[encoding];
}

/** Clients send few different texts, and to read one costs as much as to find a small page. */
const read = new LRUCache<string, { encoding: Encoding | undefined }>({ max: 100 });

/** Returns the coding that a response to a request with this `Accept-Encoding` may have. */
export function encodingFor(header: string | undefined): Encoding | undefined {
  if (header === undefined) return undefined;
  let known = read.get(header);
  if (!known) {
    known = { encoding: negotiated(header) };
    read.set(header, known);
  }
  return known.encoding;
}

function negotiated(header: string): Encoding | undefined {
  const accepted = parseAccept(header);
  const weightOf = (name: string) =>
    (accepted.find(({ type }) => type.toLowerCase() === name) ?? accepted.find(({ type }) => type === '*'))?.q ?? 0;
  const best = Math.max(...encodings.map(weightOf));
  return best > 0 ? encodings.find((name) => weightOf(name) === best) : undefined;
}
