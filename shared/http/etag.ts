import { createHash } from 'node:crypto';
import type { Context, TypedResponse } from 'hono';
import type { Env, Headers } from './env.ts';
import { replyRaw, replyWritten } from './reply.ts';

type Written = string | Uint8Array;
type MaybeLater<T> = T | Promise<T>;

/**
 * Returns a 200 as `replyWritten` does, with a strong ETag, which caches ask about each time they use it; or a 304
 * where the client has it, for which the body is not made. `tag` names the bytes of the body: letters, digits, - and _.
 * Each coding that a client may get has an ETag of its own (RFC 9110, section 8.8.3.3), also where the body turns out to
 * be too short for one: then two ETags name the same bytes, and no ETag names two.
 */
export function replyTagged<T>(
  c: Context<Env>,
  tag: string,
  body: () => Written,
  headers?: Headers,
): MaybeLater<Response & TypedResponse<T, 200, 'json'>> {
  const encoding = c.get('encoding');
  const etag = encoding ? `"${tag}.${encoding}"` : `"${tag}"`;
  const own = { 'Cache-Control': 'no-cache', ETag: etag, ...headers };
  if (!noneMatches(c.req.header('If-None-Match'), etag)) {
    // It has no content, and so no type.
    const { 'Content-Type': _, ...unchanged } = own as Headers;
    return replyRaw(c, null, 304, unchanged) as never;
  }
  return replyWritten<T>(c, body(), own);
}

/** Like `replyTagged`, of JSON that is made at each request. */
export function replyHashed<T extends object>(c: Context<Env>, value: T): ReturnType<typeof replyTagged<T>> {
  const text = JSON.stringify(value);
  const tag = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  return replyTagged<T>(c, tag, () => text);
}

/** An ETag, without the mark of a weak one: for GET and HEAD weak ones are as good (RFC 9110, section 13.1.2). */
const opaqueTag = /"[\x21\x23-\x7e\x80-\xff]*"/g;

/** Returns whether a request with this `If-None-Match` is to get the body that has this ETag. */
export function noneMatches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return true;
  if (header === etag) return false;
  if (header.trim() === '*') return false;
  return !header.includes(etag) || !header.match(opaqueTag)?.includes(etag);
}
