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
   * paid, owns none, or does not own one that is named. An order that owns nothing any more is `refunded`. A refund of this
   * uuid that there is already is answered as it stands.
   */
  open(request: { uuid: string; orderUuid: string; ticketUuids?: string[] | undefined }): Promise<Refund | undefined>;

  /** Notes that the provider has given the money back; false when that was noted before. */
  finish(uuid: string): Promise<boolean>;

  find(uuid: string): Promise<Refund | undefined>;

  /** Leases refunds that have been pending for at least `ageMs`: until `leaseMs` are over no other call gets them. */
  leasePending(request: { ageMs: number; leaseMs: number; limit: number }): Promise<Refund[]>;
};
