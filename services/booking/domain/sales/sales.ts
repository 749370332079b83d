import type { OrderStatus } from '../order/order.ts';

/** Money in minor units of `currency`: `revenue` is what was paid, `net` what is left of it. */
export type SalesMoney = {
  currency: string;
  revenue: number;
  refunded: number;
  /** The part of `refunded` that the provider has not confirmed. */
  refundsPending: number;
  net: number;
};

/** How the tickets of an event stand; `pending` are being paid. */
export type TicketCounts = {
  total: number;
  sold: number;
  pending: number;
  held: number;
  heldBack: number;
  free: number;
};

/** The sales in a category at a rate (null: the price of the category); `tickets` without those given back. */
export type RateSales = {
  category: string | null;
  rate: { uuid: string; name: string } | null;
  currency: string;
  tickets: number;
  revenue: number;
  refunded: number;
  refundsPending: number;
};

export type SeriesUnit = 'minute' | 'hour';

/** The sales in a minute or an hour from `from` on, given back since or not. */
export type SeriesPoint = { from: string; tickets: number; revenue: number };

export type SalesAsked = { unit: SeriesUnit; last: number };

/** The sales of an event as the database has them; `lockedUuids` are the tickets that are locked now. */
export type SalesFigures = {
  currency: string | null;
  categories: ({ category: string | null } & TicketCounts)[];
  rates: RateSales[];
  series: SeriesPoint[];
};

/** A ticket of an order. `price` is in minor units of the order's currency. */
export type SoldTicket = {
  uuid: string | null;
  seat: string | null;
  category: string | null;
  price: number;
  rate: { uuid: string; name: string } | null;
  refunded: boolean;
};

/** An order as the organiser of its event sees it. */
export type EventOrder = {
  uuid: string;
  userUuid: string;
  status: OrderStatus;
  tickets: SoldTicket[];
  total: number;
  refunded: number;
  currency: string;
  createdAt: string;
};

/** Orders that meet all that is given; `from` and `to` (exclusive) are about the purchase. */
export type OrderFilter = {
  status?: OrderStatus | undefined;
  userUuid?: string | undefined;
  seat?: string | undefined;
  rateUuid?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
};

export type OrderPage = { filter: OrderFilter; after?: string | undefined; limit: number };

/** A ticket of an event, with its order, if it has one that is paid or pending. */
export type EventTicket = {
  uuid: string;
  seat: string;
  category: string | null;
  status: 'free' | 'held_back' | 'pending' | 'sold';
  /** The price that was paid, or is asked for. */
  price: number;
  currency: string;
  rate: string | null;
  orderUuid: string | null;
  userUuid: string | null;
  boughtAt: string | null;
};

/** Port: what was sold of an event. It only reads. Throws `unavailable`. */
export type EventSales = {
  /** Returns the figures of one moment. */
  figures(eventUuid: string, request: SalesAsked & { lockedUuids: string[] }): Promise<SalesFigures>;

  /** Returns a page of the orders of an event, the newest first; undefined after an order that is not one of them. */
  orders(eventUuid: string, page: OrderPage): Promise<EventOrder[] | undefined>;

  /** Returns all tickets of an event in the order of its plan, in pages of one moment each. */
  tickets(eventUuid: string): AsyncIterable<EventTicket[]>;
};
