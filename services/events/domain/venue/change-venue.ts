import type { Author } from '../../../../shared/audit/audit-log.ts';
import { organised } from '../../../../shared/auth/rights.ts';
import type { Ports } from '../ports.ts';
import { venueNotFound } from './errors.ts';
import type { Venue, VenueInput } from './venue.ts';

export type VenueChange = {
  author: Author;
  uuid: string;
  /** Throws unless the change is meant for this version. */
  checkVersion: (version: string) => void;
  change: (venue: Venue) => VenueInput;
};

/** Changes a venue. Throws `venue_not_found`, also for another organiser's, and what the two functions throw. */
export async function changeVenue(
  { venues }: Pick<Ports, 'venues'>,
  { author, uuid, checkVersion, change }: VenueChange,
): Promise<Venue> {
  const decide = (found: Venue | undefined) => {
    const venue = organised(author.actor, found, 'manage', venueNotFound);
    checkVersion(venue.version);
    return change(venue);
  };
  return venues.change(uuid, decide, author);
}
