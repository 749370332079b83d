import type { KnownOrder } from '../order/order.ts';
import type { Backlog } from '../payment/unfinished-payments.ts';
import type { RefundStatus } from '../refund/refund.ts';
import type { Organised } from './event.ts';

/** Gives all buyers of a cancelled event their money back. `done` and `total` are orders. */
export type Operation = {
  uuid: string;
  eventUuid: string;
  status: 'running' | 'succeeded' | 'failed';
  done: number;
  total: number;
  /** The reason why it has not ended, while there is one: orders that can't be given back yet. */
  error: OrdersLeft | null;
  /**
   * Refunds of the event since it was cancelled, by how they stand: money is on its way while one is pending, and not
   * given back of one that has failed.
   */
  refunds: Record<RefundStatus, number>;
  /** RFC 3339, UTC. */
  createdAt: string;
  updatedAt: string;
};

/** Some orders that could not be given back at the last try, and why. */
export type OrdersLeft = { error: 'orders_left'; message: string; orders: { uuid: string; reason: string }[] };

/** An order of the event that is pending or paid; `position` orders them for good. */
export type LiveOrder = KnownOrder & { position: number };

/** How many operations run, how old the oldest is, and how many orders they have to go. */
export type OperationBacklog = Backlog & { ordersLeft: number };

type Page = { after: number; limit: number };

/** Port: operations on the events of the sale, in the database. Throws `unavailable`. */
export type Operations = {
  find(uuid: string): Promise<(Operation & Organised) | undefined>;

  /** Leases a running operation that no other process has at work: until `leaseMs` are over no other call gets it. */
  lease(leaseMs: number): Promise<{ uuid: string; eventUuid: string } | undefined>;

  /** Returns orders of an event that are pending or paid, by their position. */
  liveOrders(eventUuid: string, page: Page): Promise<LiveOrder[]>;

  /** Returns reservations of an event, made within `withinMs`, that may still hold seats and are not paid. */
  openReservations(eventUuid: string, page: Page & { withinMs: number }): Promise<{ position: number; uuid: string }[]>;

  /** Notes how far an operation is, by the orders that are pending or paid, and leases it for `leaseMs` from now. */
  note(uuid: string, progress: { leaseMs: number; error?: OrdersLeft | null }): Promise<void>;

  /**
   * Ends an operation that has no order to go any more; returns whether it did. Not before it is `settleMs` old: a sale
   * that was under way when the event was cancelled may come to light until then.
   */
  finish(uuid: string, settleMs: number): Promise<boolean>;

  backlog(): Promise<OperationBacklog>;
};
