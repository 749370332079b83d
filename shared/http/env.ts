import type { Caller } from '../auth/identities.ts';

/**
 * The variables of a request: its id, its caller (where tokens are checked), the failure to log, whether its response
 * was made with the usual headers, and whether its body is still being read.
 */
export type Env = {
  Variables: { requestId: string; caller?: Caller; failure?: unknown; hasHeaders?: boolean; receiving?: boolean };
};
