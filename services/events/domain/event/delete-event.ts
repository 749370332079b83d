import type { Author } from '../../../../shared/audit/audit-log.ts';
import { eventNotFound, notDraft } from './errors.ts';
import { ownEvent } from './find-settings.ts';
import type { OrganisersEvents } from './organisers-events.ts';

/** Deletes a draft. Throws `event_not_found`, `forbidden` and `event_not_draft`: others are cancelled instead. */
export function deleteEvent(
  { organisersEvents }: { organisersEvents: OrganisersEvents },
  { author, uuid }: { author: Author; uuid: string },
): Promise<void> {
  return organisersEvents.remove(author, uuid, (found) => {
    const { status } = ownEvent(author.actor, found, 'manage', eventNotFound).settings;
    if (status !== 'draft') throw notDraft(status);
  });
}
