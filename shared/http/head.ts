import type { Context } from 'hono';
import type { Env } from './headers.ts';

/**
 * Leaves of the response to a HEAD its headers and the length that GET would send, as RFC 9110 (section 9.3.2) has it: the
 * runtime would say 0 of a body that Hono takes away. A stream of events has no length, and is ended.
 */
export async function tellLength(c: Context<Env>): Promise<void> {
  const { body, headers } = c.res;
  if (!body) return;
  if (headers.get('Content-Type')?.startsWith('text/event-stream')) return body.cancel();
  const { byteLength } = await c.res.arrayBuffer();
  c.res = new Response(null, c.res);
  c.res.headers.set('Content-Length', String(byteLength));
}
