import { AppError, type ErrorType } from '../../../../shared/errors.ts';

export const noSuchVenue = { code: 'venue_not_found', kind: 'not_found' } as const satisfies ErrorType;
export const venueUsed = { code: 'venue_in_use', kind: 'conflict' } as const satisfies ErrorType;

export const venueNotFound = () => new AppError(noSuchVenue, 'Venue not found');

/** `events` are some of the events there, by uuid. */
export const venueInUse = (events: string[]) =>
  new AppError(venueUsed, 'Events take place there: move or delete them first', { details: { events } });
