import type { Caller } from '../auth/identities.ts';
import type { Span } from '../tracing/span.ts';

/**
 * The variables of a request: its id, its caller (where tokens are checked), the failure to log, whether its response
 * was made with the usual headers, whether its body is still being read, and its span, if it is traced.
 */
export type Env = {
  Variables: {
    requestId: string;
    caller?: Caller;
    failure?: unknown;
    hasHeaders?: boolean;
    receiving?: boolean;
    span?: Span;
  };
};
