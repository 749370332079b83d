import type { Author } from '../../../../shared/audit/audit-log.ts';
import type { PageRequest, Whose } from '../page.ts';

/** A venue as its organiser makes it. */
export type VenueInput = {
  name: string;
  /** The text that buyers see; made from name and city unless it is given. */
  location?: string | undefined;
  address?: string | undefined;
  city?: string | undefined;
  /** ISO 3166-1, two letters. */
  country?: string | undefined;
  /** IANA's name. */
  timeZone: string;
  /** Degrees, WGS 84. */
  coordinates?: { latitude: number; longitude: number } | undefined;
};

/** A venue as the database has it; one that plain SQL has made may lack all but its location. */
export type Venue = {
  uuid: string;
  /** Null: the platform's. */
  organiserUuid: string | null;
  name: string | null;
  location: string;
  address: string | null;
  city: string | null;
  country: string | null;
  timeZone: string | null;
  coordinates: { latitude: number; longitude: number } | null;
  /** RFC 3339, UTC. */
  createdAt: string;
  updatedAt: string;
  /** Differs after each change. */
  version: string;
};

/** Returns a venue's location where none is given. */
export const locationOf = ({ name, city }: { name: string; city?: string | undefined }): string =>
  city ? `${name}, ${city}` : name;

/** Port: the venues in the database. Each change is noted in the audit log, in its transaction. Throws `unavailable`. */
export type Venues = {
  find(uuid: string): Promise<Venue | undefined>;
  /** Returns venues, the newest first; undefined after an unknown one. */
  list(page: PageRequest & { whose: Whose }): Promise<Venue[] | undefined>;
  /**
   * Makes a venue; returns the one that has this uuid already, unchanged. Throws `forbidden` for an organiser that is
   * not known.
   */
  create(venue: { uuid: string; organiserUuid: string | null; input: VenueInput }, author: Author): Promise<Venue>;
  /** Changes a venue to what `change` makes of it, which sees it as nobody else can change it meanwhile. */
  change(uuid: string, change: (venue: Venue | undefined) => VenueInput, author: Author): Promise<Venue>;
  /**
   * Deletes a venue unless `check` throws, and its plans. Returns the events that use it if there are any: then it
   * stays. Drafts of others are counted, and not named.
   */
  remove(
    uuid: string,
    check: (venue: Venue | undefined) => void,
    author: Author,
  ): Promise<'removed' | { usedBy: string[] }>;
};
