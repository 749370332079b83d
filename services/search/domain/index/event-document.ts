import type { EventStatus } from '../../../../shared/sale/sale-state.ts';

/** An event as search keeps it. Instants are RFC 3339 in UTC. */
export type EventDocument = {
  /** The database's id: names the document in the index, never leaves the service. */
  id: number;
  uuid: string;
  name: string;
  description: string;
  /** To the second: 2026-12-01T19:00:00Z. */
  date: string;
  /** ISO 4217, the one of all its tickets; null when it has none or several. */
  currency: string | null;
  /** The venue's. */
  location: string;
  /** Their names, in the order of the line-up. */
  performers: string[];
  /** In the same order. */
  performer_uuids: string[];
  venue_uuid: string | null;
  venue_name: string | null;
  city: string | null;
  /** ISO 3166-1, two letters. */
  country: string | null;
  /** The venue's, by IANA's name. */
  time_zone: string | null;
  /** The day on which it begins at the venue (in UTC, if its time zone is not known): 2026-12-01. */
  local_date: string;
  /** In degrees. */
  coordinates: { lat: number; lon: number } | null;
  category: string | null;
  genre: string | null;
  image_url: string | null;
  status: EventStatus;
  /** The window of the general sale; null: from the publication, to the start of the event. */
  on_sale_from: string | null;
  on_sale_until: string | null;
  presales: { starts_at: string; ends_at: string }[];
  /** The lowest price of a free seat, in minor units of `currency`; null when none is free, or there are several. */
  price_from: number | null;
  /** Seats that are for sale and not sold; null for an event without tickets. */
  seats_left: number | null;
  /** Tickets sold in the last seven days, each the less the longer ago. */
  popularity: number;
};

/** The members of an event that a search needs to show it to everybody. */
export const hitFields = [
  ...(['uuid', 'name', 'description', 'date', 'location', 'currency', 'performers', 'city', 'country'] as const),
  ...(['time_zone', 'category', 'price_from', 'seats_left', 'image_url', 'coordinates'] as const),
  ...(['status', 'on_sale_from', 'on_sale_until', 'presales'] as const),
  ...(['venue_name', 'genre', 'local_date'] as const),
] satisfies (keyof EventDocument)[];

export type EventHit = Pick<EventDocument, (typeof hitFields)[number]>;

/** Takes the members of a hit out of an event. */
export function hitOf(event: KeptEvent | EventHit): EventHit {
  const all = { local_date: event.date.slice(0, 10), ...notKept, ...event };
  return Object.fromEntries(hitFields.map((field) => [field, all[field]])) as EventHit;
}

/** The members that an older release did not keep, as they then are. */
const notKept = {
  currency: null,
  performer_uuids: [],
  venue_uuid: null,
  venue_name: null,
  city: null,
  country: null,
  time_zone: null,
  coordinates: null,
  category: null,
  genre: null,
  image_url: null,
  status: 'published',
  on_sale_from: null,
  on_sale_until: null,
  presales: [],
  price_from: null,
  seats_left: null,
  popularity: 0,
} satisfies Partial<EventDocument>;

type Added = keyof typeof notKept | 'local_date';

/** An event as a row or an index has it: with more around it, and perhaps kept by an older release, which knew less. */
export type KeptEvent = Omit<EventDocument, 'id' | Added> & { id: number | string } & Partial<
    Pick<EventDocument, Added>
  >;

const members = [
  ...(['id', 'uuid', 'name', 'description', 'date', 'location', 'performers', 'local_date'] as const),
  ...(Object.keys(notKept) as (keyof typeof notKept)[]),
];

/** Takes the members of a document out of a row, or of what an index has. */
export function documentOf(event: KeptEvent): EventDocument {
  const all = { local_date: event.date.slice(0, 10), ...notKept, ...event, id: Number(event.id) };
  return Object.fromEntries(members.map((member) => [member, all[member]])) as EventDocument;
}

export const isSameDocument = (a: EventDocument, b: EventDocument): boolean =>
  members.every((member) => isSame(a[member], b[member]));

/** Compares all that does not move by itself, with the sale: the demand of an index is that of a moment ago. */
export const isSameButForDemand = (a: EventDocument, b: EventDocument): boolean =>
  members.every((member) => moving.has(member) || isSame(a[member], b[member]));

const moving: ReadonlySet<string> = new Set(['price_from', 'seats_left', 'popularity']);

/** Members are texts, numbers, and lists and objects of a few of them, always in the same order. */
const isSame = (a: unknown, b: unknown): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b));
