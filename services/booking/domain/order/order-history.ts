/** A step of an order: how it, its payment and the refund that the step was about stood then, and why. */
export type OrderStep = {
  /** RFC 3339, UTC. */
  at: string;
  order: string;
  payment: string;
  refund: string | null;
  cause: string;
};

/** An order as an operator looks at it: `total` is in minor units of `currency`. */
export type OrderHistory = {
  status: string;
  userUuid: string;
  total: number;
  currency: string;
  provider: string | null;
  /** The oldest first. */
  steps: OrderStep[];
};

/** Port: the history of orders. Throws `unavailable`. */
export type OrderHistories = {
  /** Returns undefined for an unknown order. */
  read(orderUuid: string): Promise<OrderHistory | undefined>;
};
