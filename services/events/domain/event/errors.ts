import { AppError, type ErrorType } from '../../../../shared/errors.ts';
import type { EventStatus } from './event.ts';

/** The errors of events, by codes that never change. */
export const noSuchEvent = { code: 'event_not_found', kind: 'not_found' } as const satisfies ErrorType;
export const notADraft = { code: 'event_not_draft', kind: 'conflict' } as const satisfies ErrorType;
export const memberFixed = { code: 'event_member_fixed', kind: 'conflict' } as const satisfies ErrorType;
export const eventCancelled = { code: 'event_cancelled', kind: 'conflict' } as const satisfies ErrorType;
export const incomplete = { code: 'event_incomplete', kind: 'unprocessable' } as const satisfies ErrorType;

/** A fault of a member, by its name in the API. */
export type Issue = { path: string; message: string };

export const eventNotFound = () => new AppError(noSuchEvent, 'Event not found');

export const invalidEvent = (issues: Issue[]) =>
  new AppError('invalid_request', 'Invalid request payload', { details: { issues } });

export const notDraft = (status: EventStatus) =>
  new AppError(notADraft, `The event is ${status}: only a draft can be published or deleted`, {
    details: { event_status: status },
  });

export const eventIsCancelled = () => new AppError(eventCancelled, 'The event is cancelled, and sells no more');

export const memberIsFixed = (issues: Issue[]) =>
  new AppError(memberFixed, 'Some members can’t be changed any more: see issues', { details: { issues } });

export const eventIncomplete = (issues: Issue[]) =>
  new AppError(incomplete, 'The event can’t be published yet: see issues', { details: { issues } });
