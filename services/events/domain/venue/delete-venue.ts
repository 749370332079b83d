import type { Author } from '../../../../shared/audit/audit-log.ts';
import { organised } from '../../../../shared/auth/rights.ts';
import type { Ports } from '../ports.ts';
import { venueInUse, venueNotFound } from './errors.ts';
import type { Venue } from './venue.ts';

/** Deletes a venue. Throws `venue_not_found`, also for another organiser's, and `venue_in_use` while events are there. */
export async function deleteVenue(
  { venues }: Pick<Ports, 'venues'>,
  { author, uuid }: { author: Author; uuid: string },
): Promise<void> {
  const check = (venue: Venue | undefined) => void organised(author.actor, venue, 'manage', venueNotFound);
  const end = await venues.remove(uuid, check, author);
  if (end !== 'removed') throw venueInUse(end.usedBy);
}
