import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { issuesOf } from '../../shared/http/errors.ts';
import { uuidInput } from '../../shared/http/schemas.ts';
import { placesOf } from '../../shared/plan/places.ts';
import { importPlan } from './adapters/plan-formats/import-plan.ts';
import { lineOfJsonFault } from './adapters/plan-formats/json-line.ts';
import type { EventInput } from './domain/event/organisers-events.ts';
import { checkOffer } from './domain/offer/check-offer.ts';
import type { Offer } from './domain/offer/offer.ts';
import type { PerformerInput } from './domain/performer/performer.ts';
import type { PlanFault } from './domain/plan/check-plan.ts';
import type { ImportedPlan } from './domain/plan/imported-plan.ts';
import type { VenueInput } from './domain/venue/venue.ts';
import { offerInput, offerOf } from './http/offer-schemas.ts';
import { eventInput, toInput } from './http/own-event-schemas.ts';
import { performerInput } from './http/performers.ts';
import { venueInput } from './http/venues.ts';

/** An event with all that it needs, as the routes take each part. */
const fileSchema = z
  .strictObject({
    venue: venueInput.optional(),
    venue_uuid: uuidInput.optional(),
    performers: z.array(performerInput).max(200).default([]),
    event: eventInput.omit({ venue_uuid: true, performers: true }).strict(),
    plan: z.union([z.string('must be the path of a plan, or a plan of our own format'), z.looseObject({})]).optional(),
    offer: offerInput.omit({ plan_uuid: true }).strict().optional(),
    publish: z.boolean().default(false),
  })
  .refine(({ venue, venue_uuid }) => (venue === undefined) !== (venue_uuid === undefined), {
    path: ['venue'],
    message: 'give either venue or venue_uuid',
  })
  .refine(({ plan, offer }) => (plan === undefined) === (offer === undefined), {
    path: ['offer'],
    message: 'goes with a plan, and a plan with an offer',
  })
  // Found here, before anything is made: a mended file is another one, and would make all of it anew.
  .refine(({ event, offer }) => offer === undefined || event.currency !== null, {
    path: ['event', 'currency'],
    message: 'must be set, as the event has an offer',
  });

/** A file of an event that can be imported. Its uuids are the same each time, so that it is imported once. */
export type EventFile = {
  venue: { uuid: string; input?: VenueInput };
  performers: { uuid: string; input: PerformerInput }[];
  event: { uuid: string; inputOf(venueUuid: string, performers: string[]): EventInput };
  sale?: { imported: ImportedPlan; offer: Offer };
  isPublished: boolean;
};

/** A fault of a file, at a path of it or at a line. */
export type FileFaults = { file: string; faults: PlanFault[] };

/** Reads the file of an event; `read` reads another file that it names, by its path from there. */
export async function readEventFile(
  file: string,
  text: string,
  read: (path: string) => Promise<{ file: string; text: string }>,
): Promise<EventFile | FileFaults> {
  const parsed = parseJson(text);
  if ('faults' in parsed) return { file, faults: parsed.faults };
  const checked = fileSchema.safeParse(parsed.value);
  if (!checked.success) {
    return { file, faults: issuesOf(checked.error.issues) };
  }
  const { venue, venue_uuid, performers, event, plan, offer, publish } = checked.data;
  const uuidOf = (part: string) => uuidFrom(`${part} ${text}`);
  const sale = plan === undefined ? undefined : await readSale(file, plan, offerOf({ plan_uuid: '', ...offer! }), read);
  if (sale && 'faults' in sale) return sale;
  const { time_zone: timeZone, ...venueMembers } = venue ?? { time_zone: '' };
  return {
    venue: venue_uuid
      ? { uuid: venue_uuid }
      : { uuid: uuidOf('venue'), input: { ...venueMembers, timeZone } as VenueInput },
    performers: performers.map((input, i) => ({ uuid: uuidOf(`performer ${i}`), input })),
    event: {
      uuid: uuidOf('event'),
      inputOf: (venueUuid, uuids) => toInput({ ...event, venue_uuid: venueUuid, performers: uuids }),
    },
    ...(sale && { sale }),
    isPublished: publish,
  };
}

async function readSale(
  file: string,
  plan: string | object,
  offer: Offer,
  read: (path: string) => Promise<{ file: string; text: string }>,
): Promise<{ imported: ImportedPlan; offer: Offer } | FileFaults> {
  const named = typeof plan === 'string' ? await read(plan) : undefined;
  const imported = named ? importPlan(named.text) : importPlan(JSON.stringify(plan), 'onsale');
  if ('faults' in imported) {
    if (named) return { file: named.file, faults: imported.faults };
    return { file, faults: imported.faults.map(({ path, message }) => ({ path: `plan.${path}`, message })) };
  }
  const categories = imported.plan.categories.map(({ name }) => name);
  const checked = checkOffer(placesOf(imported.plan), categories, offer);
  if ('seats' in checked) return { imported, offer };
  return { file, faults: checked.faults.map(({ path, message }) => ({ path: `offer.${path}`, message })) };
}

function parseJson(text: string): { value: unknown } | { faults: PlanFault[] } {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { faults: [{ path: `line ${lineOfJsonFault(text)}`, message: 'is no JSON from here on' }] };
  }
}

/** Returns a uuid of version 8, whose bits are one's own (RFC 9562, section 5.8). */
function uuidFrom(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, (_, a, b, c, d, e) => `${a}-${b}-8${c}-8${d}-${e}`);
}
