import { AppError, type ErrorType } from '../../../../shared/errors.ts';

/** The only error of the events service's own. */
export const noSuchEvent = { code: 'event_not_found', kind: 'not_found' } as const satisfies ErrorType;

export const eventNotFound = () => new AppError(noSuchEvent, 'Event not found');
