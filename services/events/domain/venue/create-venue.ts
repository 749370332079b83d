import type { Author } from '../../../../shared/audit/audit-log.ts';
import { actingFor } from '../../../../shared/auth/rights.ts';
import type { Ports } from '../ports.ts';
import type { Venue, VenueInput } from './venue.ts';

/** Makes a venue of the actor's organiser. Throws `forbidden` for a buyer, and for a key without `manage`. */
export async function createVenue(
  { venues }: Pick<Ports, 'venues'>,
  { author, uuid, input }: { author: Author; uuid: string; input: VenueInput },
): Promise<Venue> {
  return venues.create({ uuid, organiserUuid: actingFor(author.actor, 'manage'), input }, author);
}
