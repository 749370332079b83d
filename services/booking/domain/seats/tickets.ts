import type { Plan } from '../../../../shared/plan/plan.ts';
import type { Order } from '../order/order.ts';
import type { EventRules } from '../sale-rules/event-rules.ts';
import type { OfferedSeat } from './candidates.ts';

/** The stable part of a ticket. `price` is in minor units of `currency`. */
export type TicketFacts = { eventUuid: string; price: number; currency: string };

/** The state of a ticket's sale. `order` is the live order that claims or owns it. */
export type Ticket = TicketFacts & {
  uuid: string;
  /** Its event is on sale to everybody, by its status and the window of its general sale. */
  isOnSale: boolean;
  /** Most tickets of its event per buyer, by its organiser. */
  ticketLimit: number | null;
  /** It is sold, or held back. */
  booked: boolean;
  order?: Order;
  /** The token of the lock under which that order claimed it. */
  token?: string;
};

/** Seats as they were read at a moment; `isOnSale` to somebody, perhaps by a code. */
export type Offer = { isOnSale: boolean; seats: OfferedSeat[]; mark: SeatsMark };

/** With the hash of the event's plan, if it has one. */
export type WholeOffer = Offer & { planHash: string | null };

/**
 * A point in the database's history. `version` changes with the event and when a ticket is deleted; `since` finds later
 * writes to tickets.
 */
export type SeatsMark = { version: string; since: string };

/** Port: tickets in the database. It only reads; orders and refunds write. Throws `unavailable`. */
export type Tickets = {
  /** Returns undefined for an unknown ticket. */
  factsOf(ticketUuid: string): Promise<TicketFacts | undefined>;

  find(ticketUuid: string): Promise<Ticket | undefined>;

  /** Returns the tickets of an event that a user has bought or is paying for. */
  boughtBy(userUuid: string, eventUuid: string): Promise<string[]>;

  /**
   * Returns every seat of an event, in the organiser's order, `free` unless it is sold, being paid for or held back;
   * undefined without the event.
   */
  seatsOf(eventUuid: string): Promise<WholeOffer | undefined>;

  /** Returns the seats that were written since a mark, those of the mark's own moment perhaps again, in no order. */
  seatsSince(eventUuid: string, since: string): Promise<Offer | undefined>;

  /** Returns the plan of an event, checked when it was stored; undefined without one. */
  planOf(eventUuid: string): Promise<{ hash: string; plan: Plan } | undefined>;

  /** Returns the rules of an event's sale; undefined without the event. */
  rulesOf(eventUuid: string): Promise<EventRules | undefined>;

  /** Returns the ticket of a seat by its label; undefined for an unknown seat. */
  ofSeat(eventUuid: string, seat: string): Promise<string | undefined>;

  /** Returns the tickets by their places in the event's plan. */
  byPlace(eventUuid: string): Promise<{ planHash: string | null; ticketUuids: Map<number, string> }>;
};
