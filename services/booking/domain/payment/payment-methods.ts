/** Port: the payment methods of buyers, which map a uuid to the provider's reference. Throws `unavailable`. */
export type PaymentMethods = {
  /** Registers the provider's `reference` for a user; returns its uuid, the same when repeated. */
  add(request: { userUuid: string; reference: string }): Promise<string>;

  /** Returns the provider's reference; undefined unless it is this user's. */
  referenceOf(request: { uuid: string; userUuid: string }): Promise<string | undefined>;
};
