import type { PaymentAction } from '../payment/payment-provider.ts';
import type { Order, OrderStatus } from './sale.ts';

/** An order as its buyer sees it. Prices and `total` are in minor units of `currency`. */
export type OrderView = {
  uuid: string;
  userUuid: string;
  status: OrderStatus;
  tickets: { uuid: string; eventUuid: string; seat: string; price: number; refunded: boolean }[];
  total: number;
  currency: string;
  /** What the buyer must do before the order can be paid. */
  action: PaymentAction | null;
  /** RFC 3339, UTC. */
  createdAt: string;
};

/** Port: orders of reservations in the database, and how buyers see orders. Throws `unavailable`. */
export type Orders = {
  /** The order of a reservation that is pending or paid; there is one at most. */
  ofReservation(reservationUuid: string): Promise<Order | undefined>;

  view(uuid: string): Promise<OrderView | undefined>;

  /** A user's orders, the newest first, after the one that is named; an unknown one is the end. */
  list(request: { userUuid: string; after?: string | undefined; limit: number }): Promise<OrderView[]>;
};
