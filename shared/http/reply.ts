import type { Context, TypedResponse } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { InvalidJSONValue, JSONParsed, JSONValue } from 'hono/utils/types';
import { compress, compressOnce, type Encoding, leastBytes } from './compression.ts';
import type { Env, Headers } from './env.ts';

type Body = string | Uint8Array | Blob | ReadableStream | null;
type MaybeLater<T> = T | Promise<T>;

type Json = JSONValue | object | InvalidJSONValue;
type JsonReply<T, U extends ContentfulStatusCode> = Response & TypedResponse<JSONParsed<T>, U, 'json'>;

/**
 * Returns a response of JSON, a 200 if nothing else is said; `headers` are those that only this route sets. A long one
 * is compressed for those who accept it.
 */
export function reply<T extends Json>(c: Context<Env>, value: T): MaybeLater<JsonReply<T, 200>>;
export function reply<T extends Json, U extends ContentfulStatusCode>(
  c: Context<Env>,
  value: T,
  status: U,
  headers?: Headers,
): MaybeLater<JsonReply<T, U>>;
export function reply(c: Context<Env>, value: Json, status: ContentfulStatusCode = 200, headers?: Headers) {
  const encoding = c.get('encoding');
  const text = JSON.stringify(value);
  const own = { 'Content-Type': 'application/json', ...headers };
  if (!encoding || text.length < leastBytes) return replyRaw(c, text, status, own);
  return replyEncoded(c, compress(text, encoding), encoding, status, own);
}

/** Returns a response of JSON as `reply` does, and at once: it is not compressed. */
export const replyPlain = (c: Context<Env>, value: object, status: ContentfulStatusCode, headers?: Headers): Response =>
  replyRaw(c, JSON.stringify(value), status, { 'Content-Type': 'application/json', ...headers });

/**
 * Returns a 200 of JSON that is already text or bytes and parses to a `T`, or of what `headers` say. It is sent again
 * and again, so it is compressed once for all who accept it.
 */
export function replyWritten<T>(c: Context<Env>, written: string | Uint8Array, headers?: Headers) {
  const encoding = c.get('encoding');
  const own = { 'Content-Type': 'application/json', ...headers };
  const response =
    encoding && written.length >= leastBytes
      ? replyEncoded(c, compressOnce(written, encoding), encoding, 200, own)
      : replyRaw(c, inOnePiece(written), 200, own);
  return response as MaybeLater<Response & TypedResponse<T, 200, 'json'>>;
}

async function replyEncoded(
  c: Context<Env>,
  bytes: Promise<Uint8Array>,
  encoding: Encoding,
  status: number,
  headers: Headers,
): Promise<Response> {
  return replyRaw(c, inOnePiece(await bytes), status, { ...headers, 'Content-Encoding': encoding });
}

/** Returns a response without a body. */
export const replyEmpty = <U extends 200 | 204 = 200>(c: Context<Env>, status: U = 200 as U) =>
  replyRaw(c, null, status) as Response & TypedResponse<null, U, 'body'>;

/**
 * Returns a response with this body as it is, the headers that every response has, and `headers`. A response copies the
 * headers it is made of, so its own are set afterwards: to make all of them from text, or to copy them twice, costs as
 * much as the rest of a small response.
 */
export function replyRaw(c: Context<Env>, body: Body, status = 200, headers?: Headers): Response {
  c.set('hasHeaders', true);
  const response = new Response(body as string, { status, headers: usualHeaders(c) });
  const all = response.headers;
  all.set('X-Request-Id', c.get('requestId'));
  for (const name in headers) all.set(name, headers[name]!);
  return response;
}

/** Sets the headers that every response has on one that was made without them. */
export function setHeaders(c: Context<Env>): void {
  const { headers } = c.res;
  usualHeaders(c).forEach((value, name) => {
    if (name === 'vary') headers.append(name, value);
    else if (name !== 'cache-control' || !headers.has(name)) headers.set(name, value);
  });
  headers.set('X-Request-Id', c.get('requestId'));
}

/** Adds headers to the response of a request, whatever it will be. */
export const addHeaders = (c: Context<Env>, headers: Headers): void =>
  c.set('shared', { ...c.get('shared'), ...headers });

/** After OWASP's REST security cheat sheet: what we send may not be framed, sniffed, kept, or load anything. */
const securityHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=15552000; includeSubDomains',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
};

/** Also on an error, for a cache may keep a 404; by itself it keeps no response to a write, and a header costs time. */
const headersOfReads = { ...securityHeaders, 'Cache-Control': 'no-store' };

/** Those of reads and of writes, beside each record of shared ones: most requests have the same record. */
const usualOfReads = new WeakMap<Headers, globalThis.Headers>();
const usualOfWrites = new WeakMap<Headers, globalThis.Headers>();
const nothingShared: Headers = {};

/** Returns the headers that every response to such a request has, but for its id. */
function usualHeaders(c: Context<Env>): globalThis.Headers {
  const shared = c.get('shared') ?? nothingShared;
  const known = c.req.method === 'POST' ? usualOfWrites : usualOfReads;
  let usual = known.get(shared);
  if (!usual) {
    usual = new globalThis.Headers({ ...(known === usualOfWrites ? securityHeaders : headersOfReads), ...shared });
    known.set(shared, usual);
  }
  return usual;
}

/**
 * Bun 1.4 sends a response that comes later than its request's own turn in one piece only up to its buffer's 16 kB, the
 * headers among them: above, each part of each header is a system call of its own, some sixty of them, and 96 kB went
 * out 2,900 times a second instead of 22,000. A stream's headers go out at once.
 */
const largeBytes = 14_000;

function inOnePiece(body: string | Uint8Array): Body {
  if (typeof body === 'string') return body;
  if (body.length > largeBytes) return streamOf(body);
  // Deno would send a blob in chunks, without its length.
  return 'Bun' in globalThis ? blobOf(body) : body;
}

const blobs = new WeakMap<Uint8Array, Blob>();

/** A response copies bytes, and shares a blob: bytes that are sent again and again are copied once. */
function blobOf(bytes: Uint8Array): Blob {
  let blob = blobs.get(bytes);
  if (!blob) {
    blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
    blobs.set(bytes, blob);
  }
  return blob;
}

function streamOf(bytes: Uint8Array): ReadableStream {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}
