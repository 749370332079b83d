import { AppError, type ErrorType } from '../../../../shared/errors.ts';
import { codes } from '../errors.ts';
import type { EventStatus } from './event.ts';

/** The errors of an organiser's changes, by codes that never change. */
export const eventCodes = {
  eventNotPublished: { code: 'event_not_published', kind: 'conflict' },
  eventPostponed: codes.eventPostponed,
  eventCancelled: codes.eventCancelled,
  eventOver: { code: 'event_over', kind: 'conflict' },
  operationNotFound: { code: 'operation_not_found', kind: 'not_found' },
} as const satisfies Record<string, ErrorType>;

/** The status of an event does not allow the change. */
export function notFrom(status: EventStatus): AppError {
  // A problem (RFC 9457) has a `status` of its own.
  const details = { event_status: status };
  if (status === 'cancelled') {
    return new AppError(eventCodes.eventCancelled, 'The event is cancelled, which is final', { details });
  }
  if (status === 'postponed') {
    const message = 'The event is postponed already: reschedule it when its new date is known, or cancel it';
    return new AppError(eventCodes.eventPostponed, message, { details });
  }
  return new AppError(eventCodes.eventNotPublished, 'The event is a draft: publish it, or delete it', { details });
}

export const eventOver = () =>
  new AppError(eventCodes.eventOver, 'The event is over: its date stays; cancel it to give all the money back');

export const operationNotFound = () => new AppError(eventCodes.operationNotFound, 'Operation not found');

/** A field of the body can't be so. */
export const invalidField = (path: string, message: string) =>
  new AppError('invalid_request', 'Invalid request payload', { details: { issues: [{ path, message }] } });
