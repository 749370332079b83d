import type { Context } from 'hono';
import type { Env } from './env.ts';

/**
 * Leaves of the response to a HEAD its headers and the length that GET would send, as RFC 9110 (section 9.3.2) has it: the
 * runtime would say 0 of a body that Hono takes away. A stream of events has no length, and is ended: see `withoutLength`.
 */
export async function tellLength(c: Context<Env>): Promise<void> {
  const { body, headers } = c.res;
  if (!body) return;
  if (isStream(headers)) return body.cancel();
  const { byteLength } = await c.res.arrayBuffer();
  c.res = new Response(null, c.res);
  c.res.headers.set('Content-Length', String(byteLength));
}

/**
 * The response to a HEAD as a runtime must get it: a stream of events with a body again, for of none it would say that GET
 * sends 0 bytes. The runtime reads nothing of it.
 */
export async function withoutLength(response: Response | Promise<Response>): Promise<Response> {
  const head = await response;
  return isStream(head.headers) && !head.body ? new Response(new ReadableStream(), head) : head;
}

const isStream = (headers: Headers) => headers.get('Content-Type')?.startsWith('text/event-stream') ?? false;
