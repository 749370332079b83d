import type { Context } from 'hono';
import type { Env } from './env.ts';

/**
 * Gives the response to a HEAD the headers and the length that GET would send (RFC 9110, section 9.3.2): Hono removes
 * the body, and the runtime would then send a length of 0. A stream of events or of CSV has no length, and is ended: see
 * `withoutLength`.
 */
export async function setContentLength(c: Context<Env>): Promise<void> {
  const { body, headers } = c.res;
  if (!body) return;
  if (isStream(headers)) return body.cancel();
  const { byteLength } = await c.res.arrayBuffer();
  c.res = new Response(null, c.res);
  c.res.headers.set('Content-Length', String(byteLength));
}

/**
 * Returns the response to a HEAD with a body again if it is such a stream: without one, the runtime would send a
 * length of 0. The runtime reads nothing of it.
 */
export async function withoutLength(response: Response | Promise<Response>): Promise<Response> {
  const head = await response;
  return isStream(head.headers) && !head.body ? new Response(new ReadableStream(), head) : head;
}

const isStream = (headers: Headers) => /^text\/(event-stream|csv)\b/.test(headers.get('Content-Type') ?? '');
