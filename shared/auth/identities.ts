import type { Caller } from './actor.ts';

export type { Caller } from './actor.ts';

/** Port: verifies tokens. */
export type Identities = {
  /**
   * Throws `unauthorized` for a token that is not valid here and now, and `unavailable` when that cannot be found out.
   */
  verify(token: string): Promise<Caller>;
};
