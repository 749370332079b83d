import { AppError, type ErrorType } from '../../../../shared/errors.ts';

export const noSuchPerformer = { code: 'performer_not_found', kind: 'not_found' } as const satisfies ErrorType;
export const performerUsed = { code: 'performer_in_use', kind: 'conflict' } as const satisfies ErrorType;

export const performerNotFound = () => new AppError(noSuchPerformer, 'Performer not found');

/** `events` are some of its events, by uuid. */
export const performerInUse = (events: string[]) =>
  new AppError(performerUsed, 'Events have this performer: take it out of their line-ups first', {
    details: { events },
  });
