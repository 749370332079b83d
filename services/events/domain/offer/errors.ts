import { AppError, type ErrorType } from '../../../../shared/errors.ts';
import { eventCancelled } from '../event/errors.ts';
import type { OfferFault, Seat } from './offer.ts';

export const codes = {
  offerInvalid: { code: 'offer_invalid', kind: 'unprocessable' },
  offerConflict: { code: 'offer_conflict', kind: 'conflict' },
  offerUnderWay: { code: 'offer_under_way', kind: 'conflict', again: true },
  eventCancelled,
  offerNotFound: { code: 'offer_not_found', kind: 'not_found' },
  operationNotFound: { code: 'operation_not_found', kind: 'not_found' },
  holdBackNotFound: { code: 'hold_back_not_found', kind: 'not_found' },
} as const satisfies Record<string, ErrorType>;

export const badOffer = ({ faults, more }: { faults: OfferFault[]; more: number }) =>
  new AppError(codes.offerInvalid, 'Nothing has changed: mend the faults, and send the request again', {
    details: { faults, ...(more > 0 && { more }) },
  });

/** `seats`: some of the `count` in the way. */
export const seatsInTheWay = (seats: Seat[], count: number) =>
  new AppError(
    codes.offerConflict,
    'Nothing has changed: seats that were sold or are held would vanish. Take a plan that has them, or wait for the end of their holds',
    { details: { seats: seats.map(({ label }) => label), tickets: seats.map(toTicket), count } },
  );

const toTicket = ({ uuid, label }: Seat) => ({ uuid, seat: label });

export const underWay = (operationUuid: string) =>
  new AppError(codes.offerUnderWay, 'The event’s tickets are being made from another offer: wait for its operation', {
    details: { operation_uuid: operationUuid },
  });

export const offerNotFound = () => new AppError(codes.offerNotFound, 'The event’s tickets are not from an offer');
export const operationNotFound = () => new AppError(codes.operationNotFound, 'Operation not found');
export const holdBackNotFound = () => new AppError(codes.holdBackNotFound, 'Hold-back not found');
