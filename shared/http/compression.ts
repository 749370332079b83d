import { promisify } from 'node:util';
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib';
import { parseAccept } from 'hono/utils/accept';
import { LRUCache } from 'lru-cache';

/** The content codings, the better one first. */
const encodings = ['zstd', 'br', 'gzip'] as const;
export type Encoding = (typeof encodings)[number];

/** A shorter body is in one packet as it is. */
export const leastBytes = 1024;

/** The memory of compressed texts and their keys, for each coding. */
const maxTextBytes = 4 * 1024 * 1024;

/** Of zstd's levels the first makes event pages as small as the usual one, in less time. */
const zstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
/** As small as gzip, in less than half of its time; the usual quality takes seconds for an event page. */
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 1, [constants.BROTLI_PARAM_LGWIN]: 18 } };
const zstd = promisify(zstdCompress);
const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

const compressors: Record<Encoding, (body: string | Uint8Array) => Promise<Uint8Array>> = {
  zstd: (body) => zstd(body, zstdOptions),
  br: (body) => brotli(body, brotliOptions),
  gzip: (body) => zip(body),
};

/** Compresses a body outside this thread. */
export const compress = (body: string | Uint8Array, encoding: Encoding): Promise<Uint8Array> =>
  compressors[encoding](body);

const ofBytes = new WeakMap<Uint8Array, Partial<Record<Encoding, Promise<Uint8Array>>>>();
const ofTexts = { zstd: keptTexts('zstd'), br: keptTexts('br'), gzip: keptTexts('gzip') };

function keptTexts(encoding: Encoding) {
  return new LRUCache<string, Uint8Array>({
    maxSize: maxTextBytes,
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
