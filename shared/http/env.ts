import type { Caller } from '../auth/identities.ts';

/**
 * What a request carries through its handlers: its id, who asks (where tokens are checked), what failed, for the log,
 * whether its response was made with our headers, and whether its body is still coming.
 */
export type Env = {
  Variables: { requestId: string; caller?: Caller; failure?: unknown; hasHeaders?: boolean; receiving?: boolean };
};
