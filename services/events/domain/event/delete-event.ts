import type { Author } from '../../../../shared/audit/audit-log.ts';
import { underWay } from '../offer/errors.ts';
import { eventNotFound, notDraft } from './errors.ts';
import { ownEvent } from './find-settings.ts';
import type { OrganisersEvents } from './organisers-events.ts';

/**
 * Deletes a draft. Throws `event_not_found`, `forbidden`, `event_not_draft`, for others are cancelled instead, and
 * `offer_under_way` while its tickets are being made.
 */
export function deleteEvent(
  { organisersEvents }: { organisersEvents: OrganisersEvents },
  { author, uuid }: { author: Author; uuid: string },
): Promise<void> {
  return organisersEvents.remove(author, uuid, (found) => {
    const { settings, offerUnderWay } = ownEvent(author.actor, found, 'manage', eventNotFound);
    if (settings.status !== 'draft') throw notDraft(settings.status);
    if (offerUnderWay !== null) throw underWay(offerUnderWay);
  });
}
