/** Who asks, as a token proves it. An organiser may look after everybody's orders. */
export type Caller = { userUuid: string; isOrganiser: boolean };

/** Port: whom a token speaks for. */
export type Identities = {
  /** Throws `unauthorized` for a token that is not valid here and now, and `unavailable` when that cannot be found out. */
  verify(token: string): Promise<Caller>;
};
