export type EventKind = 'concert' | 'classical' | 'stage' | 'comedy' | 'festival' | 'sport' | 'children';

export type PerformerKind = 'band' | 'soloist' | 'ensemble' | 'company' | 'comedian' | 'club';

/**
 * The words of one language for events, performers and halls. Slots in braces are filled by `compose.ts`: `{place}`,
 * `{city}`, `{genre}`, `{performer}`, `{venue}`. Inflected languages use a slot only where the nominative stands.
 */
export type LanguagePack = {
  firstNames: string[];
  lastNames: string[];
  /** Any head with any tail makes a band's name. */
  bandHeads: string[];
  bandTails: string[];
  /** The text between a band's head and tail. */
  joint: string;
  /** Invented places: they name halls, orchestras, companies and clubs. */
  places: string[];
  ensembles: string[];
  companies: string[];
  clubs: string[];
  halls: string[];
  /** Names of venues for matches and large shows. */
  arenas: string[];
  genres: string[];
  tours: string[];
  works: string[];
  plays: string[];
  comedyShows: string[];
  festivals: string[];
  competitions: string[];
  childrenShows: string[];
  /** Between the two sides of a match. */
  versus: string;
  /** One sentence on a performer. */
  about: Record<PerformerKind, string[]>;
  /** One sentence on an event. */
  tells: Record<EventKind, string[]>;
  /** A last, practical sentence. */
  notes: string[];
};
