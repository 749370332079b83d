import type { Context, TypedResponse } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { InvalidJSONValue, JSONParsed, JSONValue } from 'hono/utils/types';
import { compress, compressOnce, type Encoding, leastBytes } from './compression.ts';
import type { Env, Headers } from './env.ts';

type Body = string | Uint8Array | ReadableStream | null;
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
  if (!encoding) return c.json(value, status, allHeaders(c, headers));
  const text = JSON.stringify(value);
  const own = { 'Content-Type': 'application/json', ...headers };
  if (text.length < leastBytes) return replyRaw(c, text, status, own);
  return replyEncoded(c, compress(text, encoding), encoding, status, own);
}

/** Returns a response of JSON as `reply` does, and at once: it is not compressed. */
export const replyPlain = (c: Context<Env>, value: object, status: ContentfulStatusCode, headers?: Headers): Response =>
  c.json(value, status, allHeaders(c, headers));

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

/** Returns a response with this body as it is. */
export const replyRaw = (c: Context<Env>, body: Body, status = 200, headers?: Headers): Response =>
  new Response(body as string, { status, headers: allHeaders(c, headers) });

/** Sets the headers that every response has on one that was made without them. */
export function setHeaders(c: Context<Env>): void {
  const { headers } = c.res;
  for (const [name, value] of Object.entries(allHeaders(c))) {
    if (name === 'Vary') headers.append(name, value);
    else if (name !== 'Cache-Control' || !headers.has(name)) headers.set(name, value);
  }
}

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

/**
 * The headers that every response has, and `headers`. A response that is made with them is spared having them set one
 * by one, which costs as much as the rest of a small response.
 */
function allHeaders(c: Context<Env>, headers?: Headers): Headers {
  c.set('hasHeaders', true);
  const usual = c.req.method === 'POST' ? securityHeaders : headersOfReads;
  return { 'X-Request-Id': c.get('requestId'), ...usual, ...c.get('shared'), ...headers };
}

/**
 * Bun 1.4 sends a response that comes later than its request's own turn in one piece only up to its buffer's 16 kB:
 * above, each part of each header is a system call of its own, some sixty of them, and 96 kB went out 2,900 times a
 * second instead of 22,000. A stream's headers go out at once.
 */
const largeBytes = 8192;

const inOnePiece = (body: string | Uint8Array) =>
  body instanceof Uint8Array && body.length > largeBytes ? streamOf(body) : body;

function streamOf(bytes: Uint8Array): ReadableStream {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}
