/** Port: the payment methods that buyers have registered: what their uuids stand for at the provider. Throws `unavailable`. */
export type PaymentMethods = {
  /** Registers the provider's `reference` for a user; answers its uuid, the same for the same again. */
  add(request: { userUuid: string; reference: string }): Promise<string>;

  /** The provider's reference; undefined unless it is this user's. */
  referenceOf(request: { uuid: string; userUuid: string }): Promise<string | undefined>;
};
