/** The identity that a token proves. An organiser may act on everyone's orders. */
export type Caller = { userUuid: string; isOrganiser: boolean };

/** Port: verifies tokens. */
export type Identities = {
  /**
   * Throws `unauthorized` for a token that is not valid here and now, and `unavailable` when that cannot be found out.
   */
  verify(token: string): Promise<Caller>;
};
