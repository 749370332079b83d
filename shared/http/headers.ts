import type { Context } from 'hono';
import type { Caller } from '../auth/identities.ts';

/**
 * What a request carries through its handlers: its id, who asks (where tokens are checked), what failed, for the log,
 * whether its answer has our headers, and whether its body is still coming.
 */
export type Env = {
  Variables: { requestId: string; caller?: Caller; failure?: unknown; dressed?: boolean; receiving?: boolean };
};

/** After OWASP's REST security cheat sheet: what we answer may not be framed, sniffed, or load anything. */
const securityHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=15552000; includeSubDomains',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
};

/**
 * The headers that every answer has. An answer that is made with them is spared having them set one by one, which costs
 * as much as the rest of a small answer.
 */
export function headersOf(c: Context<Env>): Record<string, string> {
  c.set('dressed', true);
  return { 'X-Request-Id': c.get('requestId'), ...securityHeaders };
}
