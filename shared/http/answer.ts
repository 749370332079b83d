import type { Context, TypedResponse } from 'hono';

/** Answers 200 with JSON that is already text or bytes and parses to a `T`; for this moment only, so nobody keeps it. */
export function writtenJson<T>(c: Context, body: string | Uint8Array): Response & TypedResponse<T, 200, 'json'> {
  const answer = c.body(body as string, 200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  return answer as unknown as Response & TypedResponse<T, 200, 'json'>;
}
