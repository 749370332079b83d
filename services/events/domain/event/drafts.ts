import { type Actor, organises } from '../../../../shared/auth/actor.ts';
import type { EventView, ViewEvent } from './event-views.ts';

/** Returns whether only its organiser may see the event. */
export const isDraft = ({ board }: Pick<EventView, 'board'>): boolean => board.event.status === 'draft';

/** Returns whether the actor may see the page of a draft; undefined: who asks without credentials where they are checked. */
export const mayPreview = ({ board }: Pick<EventView, 'board'>, actor: Actor | undefined): boolean =>
  actor !== undefined && organises(actor, board.event.organiser?.uuid ?? null, 'read');

/** Returns views of the events that everybody may see: a draft is none of them. */
export const publicViews =
  (view: ViewEvent): ViewEvent =>
  async (eventUuid) => {
    const found = await view(eventUuid);
    return found && isDraft(found) ? undefined : found;
  };
