/** Money that goes back for tickets that were given back. `amount` is in minor units of `currency`. */
export type Refund = {
  uuid: string;
  orderUuid: string;
  status: 'pending' | 'succeeded';
  tickets: { uuid: string; eventUuid: string; seat: string; price: number }[];
  amount: number;
  currency: string;
  /** RFC 3339, UTC. */
  createdAt: string;
};

/** Port: refunds in the database. Each operation is one transaction. Throws `unavailable`. */
export type Refunds = {
  /**
   * Takes tickets (all that the order still owns, unless they are named) back from a paid order: they are available from
   * then on, and the money owed for them is a pending refund. Writes nothing and answers undefined when the order is not
   * paid, owns none, or does not own one that is named. An order that owns nothing any more is `refunded`.
   */
  open(request: { orderUuid: string; ticketUuids?: string[] | undefined }): Promise<Refund | undefined>;

  /** Notes that the provider has given the money back. */
  finish(uuid: string): Promise<void>;

  find(uuid: string): Promise<Refund | undefined>;

  /** Refunds that have been pending for at least `ageMs`, the oldest first. */
  pendingFor(ageMs: number, limit: number): Promise<Refund[]>;
};
