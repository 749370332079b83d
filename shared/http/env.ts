import type { Caller } from '../auth/identities.ts';
import type { Span } from '../tracing/span.ts';
import type { Encoding } from './compression.ts';

/** The headers of a response. */
export type Headers = Record<string, string>;

/** The connection of a request, as Bun (`requestIP`) or Deno (`remoteAddr`) has it. */
export type Connection = {
  requestIP?(request: Request): { address: string } | null;
  remoteAddr?: { hostname?: string };
};

/**
 * The variables of a request: its id, its caller (where tokens are checked), the failure to log, whether its response
 * was made with the usual headers, whether its body is still being read, and its span, if it is traced. `shared` are
 * headers that its response has whatever it will be, such as those of its origin and its limits (`addHeaders`), and
 * `encoding` is what its response may be compressed by.
 */
export type Env = {
  Bindings: Connection;
  Variables: {
    requestId: string;
    caller?: Caller;
    failure?: unknown;
    hasHeaders?: boolean;
    receiving?: boolean;
    shared?: Headers;
    encoding?: Encoding;
    span?: Span;
  };
};
