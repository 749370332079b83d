import type { Actor } from '../../../../shared/auth/actor.ts';
import { actingFor, organised } from '../../../../shared/auth/rights.ts';
import type { Ports } from '../ports.ts';
import { venueNotFound } from './errors.ts';
import type { Venue } from './venue.ts';

/**
 * Returns a venue of the actor's organiser, or of the platform, whose venues are everybody's to use. Throws
 * `venue_not_found`, and `forbidden` for a buyer, and for a key without `read`.
 */
export async function findVenue(
  { venues }: Pick<Ports, 'venues'>,
  { actor, uuid }: { actor: Actor; uuid: string },
): Promise<Venue> {
  actingFor(actor, 'read');
  const venue = await venues.find(uuid);
  return venue?.organiserUuid === null ? venue : organised(actor, venue, 'read', venueNotFound);
}
