/** A ticket as far as its sale is concerned. `order` is the live order that claims or owns it. */
export type Ticket = {
  uuid: string;
  eventUuid: string;
  booked: boolean;
  order?: Order;
};

export type OrderStatus = 'pending' | 'paid' | 'failed' | 'refunded';

/** One purchase. `total` is in minor units of `currency`. */
export type Order = {
  uuid: string;
  userUuid: string;
  status: OrderStatus;
  total: number;
  currency: string;
  methodUuid: string;
};

export type Ended = Exclude<OrderStatus, 'pending'>;

/** How an order has ended, whether this call ended it, and how many tickets it then booked. */
export type Ending = { status: Ended; changed: boolean; booked?: number };

/**
 * Port: tickets and orders in the database, the fence that keeps a seat from being sold twice. Each operation is one
 * transaction. Throws `unavailable` when the database does not answer; the operation may then have happened or not.
 */
export type Sales = {
  /** The event of a ticket, which never changes; undefined for an unknown ticket. */
  eventOf(ticketUuid: string): Promise<string | undefined>;

  find(ticketUuid: string): Promise<Ticket | undefined>;

  /**
   * Claims every ticket for a new pending order at the tickets' prices, or does nothing and answers undefined when one
   * of them is not free (booked, claimed, or unknown) or they differ in currency.
   */
  claim(request: { ticketUuids: string[]; userUuid: string; methodUuid: string }): Promise<Order | undefined>;

  /** Makes a pending order paid and books its tickets; an order that has ended already stays as it is. */
  settle(orderUuid: string): Promise<Ending>;

  /** Makes a pending order failed and frees its tickets; an order that has ended already stays as it is. */
  fail(orderUuid: string, payment: 'declined' | 'voided'): Promise<Ending>;

  /** Notes that the charge of a failed order was given back. */
  recordRefund(orderUuid: string): Promise<void>;

  /** Orders that have been pending for at least `ageMs`, oldest first, with the events they touch. */
  pendingFor(ageMs: number, limit: number): Promise<{ order: Order; eventUuids: string[] }[]>;

  /** How many orders are pending, and for how long the oldest of them has been (0 without any), by the database's clock. */
  pending(): Promise<{ count: number; oldestAgeSeconds: number }>;
};

/** What the sale counts; the adapters of this are metrics. */
export type SaleObserver = {
  lockTaken(tickets: number): void;
  lockRefused(): void;
  locksExpired(count: number): void;
  ticketsSold(tickets: number): void;
  paymentDeclined(): void;
  paymentUnanswered(): void;
  /** A sweep has brought an order to this end. */
  orderSwept(status: Ended): void;
};
