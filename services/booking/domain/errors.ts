import { AppError, type ErrorType } from '../../../shared/errors.ts';
import type { EventRules } from './sale-rules/event-rules.ts';

/** The errors of booking, by codes that never change. */
export const codes = {
  eventNotFound: { code: 'event_not_found', kind: 'not_found' },
  ticketNotAvailable: { code: 'ticket_not_available', kind: 'conflict' },
  ticketNotReserved: { code: 'ticket_not_reserved', kind: 'conflict' },
  tooManyTickets: { code: 'too_many_tickets', kind: 'conflict' },
  seatStranded: { code: 'seat_stranded', kind: 'conflict' },
  salesEnded: { code: 'sales_ended', kind: 'conflict' },
  notOnSale: { code: 'not_on_sale', kind: 'conflict' },
  eventCancelled: { code: 'event_cancelled', kind: 'conflict' },
  eventPostponed: { code: 'event_postponed', kind: 'conflict' },
  codeInvalid: { code: 'code_invalid', kind: 'conflict' },
  codeUsedUp: { code: 'code_used_up', kind: 'conflict' },
  rateNotAvailable: { code: 'rate_not_available', kind: 'conflict' },
  rateSoldOut: { code: 'rate_sold_out', kind: 'conflict' },
  planChanged: { code: 'plan_changed', kind: 'conflict' },
  amountNotChargeable: { code: 'amount_not_chargeable', kind: 'unprocessable' },
  reservationNotFound: { code: 'reservation_not_found', kind: 'not_found' },
  reservationExpired: { code: 'reservation_expired', kind: 'conflict' },
  reservationExtended: { code: 'reservation_extended', kind: 'conflict' },
  reservationSold: { code: 'reservation_sold', kind: 'conflict' },
  orderNotFound: { code: 'order_not_found', kind: 'not_found' },
  orderNotRefundable: { code: 'order_not_refundable', kind: 'conflict' },
  eventBegun: { code: 'event_begun', kind: 'conflict' },
  paymentDeclined: { code: 'payment_declined', kind: 'payment_required' },
  paymentRequiresAction: { code: 'payment_requires_action', kind: 'payment_required' },
  paymentPending: { code: 'payment_pending', kind: 'unavailable', again: true },
} as const satisfies Record<string, ErrorType>;

/** The reasons why an event sells nothing to anybody who asks now. */
export const offSaleCodes = [codes.salesEnded, codes.notOnSale, codes.eventCancelled, codes.eventPostponed] as const;

// The message of each error stands here, once. Those of the original's two routes are the original's.

export const severalEvents = () => new AppError('invalid_request', 'The tickets must all be of one event');

export const severalCurrencies = () => new AppError('invalid_request', 'The tickets must all be of one currency');

export const forbidden = () =>
  new AppError('forbidden', 'You can act for yourself only: send the sub of your token as user_uuid');

export const keyHasNoUser = () =>
  new AppError('forbidden', 'An API key acts for no buyer: send the token of the user_uuid');

export const eventNotFound = () => new AppError(codes.eventNotFound, 'Event not found');

/** Tickets by the names by which they were asked for. */
export type AskedAs = { seats?: string[]; places?: number[] };

/** The seats that are not available; left out for a single ticket. */
export const ticketNotAvailable = (conflicts?: string[], asked?: AskedAs) =>
  new AppError(codes.ticketNotAvailable, 'Ticket is not available for reservation', {
    details: conflicts ? { conflicts, ...asked } : {},
  });

export const noSuchSet = () =>
  new AppError(
    codes.ticketNotAvailable,
    'Not so many such seats are free: ask for fewer, or drop a wish, such as section, category or max_price',
    { details: { conflicts: [] } },
  );

export const heldInAnotherReservation = (conflicts: string[], asked?: AskedAs) =>
  new AppError(codes.ticketNotAvailable, 'You hold some of these seats in another reservation: release it first', {
    details: { conflicts, ...asked },
  });

export const seatsGone = (conflicts: string[]) =>
  new AppError(codes.ticketNotAvailable, 'Some of the seats are gone or sold: reserve others', {
    details: { conflicts },
  });

export const ticketNotReserved = () => new AppError(codes.ticketNotReserved, 'Ticket is not reserved for this user');

export const tooManyTickets = (limit: number) =>
  new AppError(codes.tooManyTickets, `You may hold and buy at most ${limit} tickets of one event`);

export const seatStranded = (stranded: string[]) =>
  new AppError(codes.seatStranded, 'This choice would leave a single seat alone: choose seats beside it', {
    details: { stranded },
  });

/**
 * An error of an event's sale. An error of the original in its place keeps its own message, and has this one as `hint`.
 */
const ofSale = (type: ErrorType, message: string, inPlaceOf?: AppError, details: object = {}) =>
  new AppError(type, inPlaceOf?.message ?? message, { details: { ...details, ...(inPlaceOf && { hint: message }) } });

/** The event has begun, or is about to; or the window of its sale is over. */
export const salesEnded = (inPlaceOf?: AppError) =>
  ofSale(codes.salesEnded, 'The sale of this event has ended: choose another event', inPlaceOf);

export const eventCancelled = (inPlaceOf?: AppError) =>
  ofSale(codes.eventCancelled, 'This event is cancelled: choose another event', inPlaceOf);

export const eventPostponed = (inPlaceOf?: AppError) =>
  ofSale(codes.eventPostponed, 'This event is postponed: it is on sale again once it has a new date', inPlaceOf);

export const notOnSale = ({ onSaleFrom, presales }: EventRules, inPlaceOf?: AppError) =>
  ofSale(
    codes.notOnSale,
    'The sale of this event has not begun: come back at on_sale_from, or send the access_code of a presale',
    inPlaceOf,
    {
      on_sale_from: instant(onSaleFrom!),
      ...(presales.length > 0 && {
        presales: presales.map((one) => ({
          name: one.name,
          starts_at: instant(one.startsAt),
          ends_at: instant(one.endsAt),
        })),
      }),
    },
  );

const instant = (ms: number) => new Date(ms).toISOString();

/** One text for each reason: guesses learn nothing. */
export const codeInvalid = () =>
  new AppError(
    codes.codeInvalid,
    'This access code opens no sale of this event now: check it, and when its presale is',
  );

export const codeUsedUp = () =>
  new AppError(codes.codeUsedUp, 'This access code is used up: a use that is given back, or not bought, is free again');

export const rateNotAvailable = (conflicts: string[]) =>
  new AppError(codes.rateNotAvailable, 'These seats are not sold at the rates that you asked for: choose other rates', {
    details: { conflicts },
  });

export const rateSoldOut = (rates: string[]) =>
  new AppError(codes.rateSoldOut, 'There are not so many tickets at these rates any more: choose other rates', {
    details: { rates },
  });

export const heldAtOtherRates = (conflicts: string[]) =>
  new AppError(codes.ticketNotAvailable, 'You hold these seats at other rates: release the reservation first', {
    details: { conflicts },
  });

/** `unknown` are the labels or places that the event does not have. */
export const seatsUnknown = (unknown: (string | number)[]) =>
  new AppError(codes.ticketNotAvailable, 'The event has no such seats: read its seats anew', {
    details: { conflicts: [], unknown },
  });

export const planChanged = (planHash: string | null) =>
  new AppError(codes.planChanged, 'The plan of this event is another one by now: read it anew', {
    details: { plan_hash: planHash },
  });

export const reservationNotFound = () => new AppError(codes.reservationNotFound, 'Reservation not found');

export const reservationExpired = () =>
  new AppError(
    codes.reservationExpired,
    'Not all of the seats are held any more: release the reservation, and reserve again',
  );

export const reservationExtended = () => new AppError(codes.reservationExtended, 'A reservation can be extended once');

export const reservationSold = () =>
  new AppError(codes.reservationSold, 'The seats are bought: ask for a refund of the order to give them back');

export const orderNotFound = () => new AppError(codes.orderNotFound, 'Order not found');

export const noPaymentWaits = () => new AppError(codes.orderNotFound, 'No payment of this order waits for its buyer');

const notRefundable = (message: string) => () => new AppError(codes.orderNotRefundable, message);

/** The reasons why tickets can't be given back. */
export const refundRefusals = {
  'not paid': notRefundable('The order is not paid, or all of it was given back: there is nothing to give back'),
  'not owned': notRefundable('The order does not own these tickets, or not any more: name tickets that it owns'),
  'window over': notRefundable('The time in which this order could be given back is over: ask the organiser'),
  'other provider': notRefundable(
    'The order was paid by a provider that takes no payments here any more: ask the organiser',
  ),
  'event begun': () =>
    new AppError(codes.eventBegun, 'The event has begun, and its tickets are kept: ask the organiser'),
};

export const paymentDeclined = (reason: string) =>
  new AppError(codes.paymentDeclined, 'Payment was declined', { details: { reason } });

/** A sweep was faster than the provider: nothing was paid, and seats that are still held can be paid for again. */
export const paymentGivenUp = () =>
  new AppError(codes.paymentDeclined, 'The payment did not come about: try again', {
    details: { reason: 'processing_error' },
  });

export const paymentPending = (cause?: unknown) =>
  new AppError(codes.paymentPending, 'The payment has no answer yet; repeat the request in a moment', { cause });

export const otherPaymentPending = () =>
  new AppError(codes.paymentPending, 'Another payment for these seats is under way; repeat the request in a moment');

export const paymentRequiresAction = (orderUuid: string, action: object) =>
  new AppError(codes.paymentRequiresAction, 'The buyer must approve the payment; then repeat the request', {
    details: { order_uuid: orderUuid, action },
  });

export const badSignature = () => new AppError('invalid_request', 'The signature is not right, or too old');

/** The provider did not respond: money may have moved or not. Retry with the same key. */
export class PaymentUnanswered extends AppError {
  constructor(cause?: unknown) {
    super('unavailable', 'The payment provider did not answer; repeat the request in a moment', { cause });
    this.name = 'PaymentUnanswered';
  }
}

/**
 * The provider has refused a step for a reason that repeating it at once does not change (its `code` says which): the
 * account lacks the money for a refund, a key lacks a permission. A person must look at it; the same call may succeed
 * later.
 */
export class PaymentRefused extends PaymentUnanswered {
  readonly reason: string;

  constructor(reason: string, cause?: unknown) {
    super(cause);
    this.name = 'PaymentRefused';
    this.reason = reason;
  }
}

/** The provider can't charge this amount, or nothing in this currency. */
export class AmountNotChargeable extends AppError {
  constructor({
    amount,
    currency,
    bounds,
  }: { amount: number; currency: string; bounds?: { min: number; max: number; step: number } | undefined }) {
    const message = bounds
      ? `This amount can't be charged: it must be between ${bounds.min} and ${bounds.max} minor units of ${currency}, in steps of ${bounds.step}`
      : `Nothing can be charged in ${currency}`;
    super(codes.amountNotChargeable, message, { details: { amount, currency, ...(bounds && { bounds }) } });
    this.name = 'AmountNotChargeable';
  }
}
