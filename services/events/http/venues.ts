import { createRoute, z } from '@hono/zod-openapi';
import { actorOf } from '../../../shared/auth/actor.ts';
import type { AuthorOf } from '../../../shared/http/author.ts';
import { keyHeader, madeHeaders } from '../../../shared/http/idempotent.ts';
import { patchBody, patchOf } from '../../../shared/http/merge-patch.ts';
import {
  checkOf,
  etagHeader,
  etagOf,
  ifMatchHeader,
  preconditionResponses,
} from '../../../shared/http/preconditions.ts';
import { reply, replyEmpty } from '../../../shared/http/reply.ts';
import { byBearer, errorResponse, jsonBody, jsonResponse, parameterResponses } from '../../../shared/http/responses.ts';
import { createRoutes } from '../../../shared/http/routes.ts';
import { dateTime, uuid } from '../../../shared/http/schemas.ts';
import { versionHeaders } from '../../../shared/http/tell-version.ts';
import { noSuchOrganiser } from '../domain/organiser/errors.ts';
import type { Ports } from '../domain/ports.ts';
import { changeVenue } from '../domain/venue/change-venue.ts';
import { countries } from '../domain/venue/countries.ts';
import { createVenue } from '../domain/venue/create-venue.ts';
import { deleteVenue } from '../domain/venue/delete-venue.ts';
import { noSuchVenue, venueUsed } from '../domain/venue/errors.ts';
import { findVenue } from '../domain/venue/find-venue.ts';
import { listVenues } from '../domain/venue/list-venues.ts';
import { timeZoneOf } from '../domain/venue/time-zone.ts';
import { locationOf, type Venue, type VenueInput } from '../domain/venue/venue.ts';
import { nameInput, nextCursor, organiserInput, organiserUuid, pageJson, pageQuery, params, prefix } from './input.ts';
import { madeAt, madeOnce } from './made-once.ts';
import { changeResponses, deleteResponses, makeResponses, organiserResponses } from './responses.ts';

const path = `${prefix}/venues`;

const coordinates = z.object({ latitude: z.number(), longitude: z.number() });

const venueSchema = z
  .object({
    uuid,
    organiser_uuid: organiserUuid,
    name: z.string().nullable().openapi({ description: 'Null where plain SQL has made it, as for the next members' }),
    location: z.string().openapi({ description: 'What buyers see' }),
    address: z.string().nullable(),
    city: z.string().nullable(),
    country: z.string().nullable().openapi({ description: 'ISO 3166-1, two letters' }),
    time_zone: z.string().nullable().openapi({ description: 'IANA’s name' }),
    coordinates: coordinates.nullable(),
    created_at: dateTime,
    updated_at: dateTime,
  })
  .openapi('Venue');

const degrees = (most: number) => z.number().min(-most).max(most);

/** The members of a venue in a request. */
export const venueInput = z.strictObject({
  name: nameInput().openapi({ example: 'Royal Albert Hall' }),
  location: nameInput(500)
    .optional()
    .openapi({ description: 'What buyers see; left out it is made from name and city: `Royal Albert Hall, London`' }),
  address: nameInput(500).optional().openapi({ example: 'Kensington Gore, SW7 2AP' }),
  city: nameInput().optional().openapi({ example: 'London' }),
  country: z
    .string()
    .toUpperCase()
    .refine((code) => countries.has(code), 'must be a country of ISO 3166-1, two letters such as GB')
    .optional()
    .openapi({ example: 'GB' }),
  time_zone: z
    .string('must be the time zone there, such as Europe/London')
    .transform((text, context) => {
      const name = timeZoneOf(text);
      if (!name) context.addIssue('must be a time zone of IANA, such as Europe/London');
      return name ?? text;
    })
    .openapi({ type: 'string', example: 'Europe/London' }),
  coordinates: z
    .strictObject({ latitude: degrees(90), longitude: degrees(180) })
    .optional()
    .openapi({ description: 'Degrees, WGS 84', example: { latitude: 51.501, longitude: -0.1774 } }),
});

type VenueBody = z.infer<typeof venueInput>;

const notFound = errorResponse('Venue not found', [noSuchVenue]);
const venueParams = params('The venue, as `createVenue` has told it');
const venueResponse = (description: string) => ({ ...jsonResponse(description, venueSchema), headers: etagHeader });
const links = {
  view: { operationId: 'viewVenue', parameters: { uuid: '$response.body#/uuid' } },
  change: { operationId: 'changeVenue', parameters: { uuid: '$response.body#/uuid' } },
  delete: { operationId: 'deleteVenue', parameters: { uuid: '$response.body#/uuid' } },
};

const createVenueRoute = createRoute({
  method: 'post',
  path,
  operationId: 'createVenue',
  tags: ['Venues and performers'],
  ...byBearer,
  summary: 'Make a venue',
  description: 'It belongs to the organiser who asks. Its time zone is the one of its events.',
  request: {
    headers: keyHeader('5d4b9a54-6d3c-4c39-9a56-2f7f3f0f3f11'),
    body: jsonBody(venueInput.openapi('CreateVenue')),
  },
  responses: {
    201: { ...jsonResponse('The venue', venueSchema), headers: madeHeaders('The venue'), links },
    ...makeResponses,
  },
});

const viewRoute = createRoute({
  method: 'get',
  path: `${path}/{uuid}`,
  operationId: 'viewVenue',
  tags: ['Venues and performers'],
  ...byBearer,
  summary: 'A venue',
  description: 'One of the organiser’s own, or of the platform. Its `ETag` is what a change of it is based on.',
  request: { params: venueParams },
  responses: { 200: venueResponse('The venue'), 404: notFound, ...parameterResponses, ...organiserResponses },
});

const listRoute = createRoute({
  method: 'get',
  path,
  operationId: 'listVenues',
  tags: ['Venues and performers'],
  ...byBearer,
  summary: 'The venues of an organiser, the newest first',
  description: 'Also those of the platform, by `organiser=platform`: every organiser may use them.',
  request: { query: z.object({ organiser: organiserInput, ...pageQuery('venues') }) },
  responses: {
    200: jsonResponse(
      'A page of venues',
      z.object({ venues: z.array(venueSchema), next_cursor: nextCursor }).openapi('VenuePage'),
    ),
    404: errorResponse('Organiser not found', [noSuchOrganiser]),
    ...parameterResponses,
    ...organiserResponses,
  },
});

const changeVenueRoute = createRoute({
  method: 'patch',
  path: `${path}/{uuid}`,
  operationId: 'changeVenue',
  tags: ['Venues and performers'],
  ...byBearer,
  summary: 'Change a venue',
  description:
    'A merge patch (RFC 7396): members that are left out stay, and null clears one. A location that was made from name and city follows them.',
  request: {
    params: venueParams,
    headers: ifMatchHeader,
    body: patchBody(venueInput, 'ChangeVenue', { address: 'Kensington Gore, London' }),
  },
  responses: {
    200: { ...venueResponse('The venue as it is now'), headers: { ...etagHeader, ...versionHeaders } },
    404: notFound,
    ...preconditionResponses,
    ...changeResponses,
  },
});

const deleteVenueRoute = createRoute({
  method: 'delete',
  path: `${path}/{uuid}`,
  operationId: 'deleteVenue',
  tags: ['Venues and performers'],
  ...byBearer,
  summary: 'Delete a venue',
  description: 'With its plans, and only while no event takes place there.',
  request: { params: venueParams },
  responses: {
    204: { description: 'It is deleted' },
    404: notFound,
    409: errorResponse('Events take place there: `events` names some', [venueUsed], {
      events: z.array(uuid).optional(),
    }),
    ...parameterResponses,
    ...deleteResponses,
  },
});

/** The venues of organisers. */
export function venueRoutes(deps: Ports & { authorOf: AuthorOf }) {
  return createRoutes()
    .openapi(createVenueRoute, async (c) => {
      const body = c.req.valid('json');
      const request = { path, key: c.req.valid('header')['idempotency-key'], body };
      return madeOnce(c, deps, request, async (uuid) => {
        const made = await createVenue(deps, { author: deps.authorOf(c), uuid, input: inputOf(body) });
        return madeAt(path, uuid, toJson(made));
      });
    })
    .openapi(listRoute, async (c) => {
      const { cursor: after, ...query } = c.req.valid('query');
      const page = await listVenues(deps, { actor: actorOf(c.get('caller')), after, ...query });
      return reply(c, pageJson('venues', page, toJson));
    })
    .openapi(viewRoute, async (c) => {
      const venue = await findVenue(deps, { actor: actorOf(c.get('caller')), uuid: c.req.valid('param').uuid });
      return reply(c, toJson(venue), 200, { ETag: etagOf(venue.version) });
    })
    .openapi(changeVenueRoute, async (c) => {
      const checkVersion = checkOf(c.req.valid('header')['if-match']);
      const patched = await patchOf(c, venueInput);
      const venue = await changeVenue(deps, {
        author: deps.authorOf(c),
        uuid: c.req.valid('param').uuid,
        checkVersion,
        change: (current) => inputOf(patched(bodyOf(current))),
      });
      return reply(c, toJson(venue), 200, { ETag: etagOf(venue.version) });
    })
    .openapi(deleteVenueRoute, async (c) => {
      await deleteVenue(deps, { author: deps.authorOf(c), uuid: c.req.valid('param').uuid });
      return replyEmpty(c, 204);
    });
}

const inputOf = ({ time_zone: timeZone, ...body }: VenueBody): VenueInput => ({ ...body, timeZone });

/** A venue as a POST would make it. A location that is the usual one was not given. */
function bodyOf({ name, location, timeZone, ...venue }: Venue): Partial<VenueBody> {
  const { address, city, country, coordinates } = venue;
  const isMade = name !== null && location === locationOf({ name, city: city ?? undefined });
  const members = {
    name,
    address,
    city,
    country,
    coordinates,
    time_zone: timeZone,
    location: isMade ? null : location,
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}

const toJson = ({ organiserUuid, timeZone, createdAt, updatedAt, ...venue }: Venue) => ({
  uuid: venue.uuid,
  organiser_uuid: organiserUuid,
  name: venue.name,
  location: venue.location,
  address: venue.address,
  city: venue.city,
  country: venue.country,
  time_zone: timeZone,
  coordinates: venue.coordinates,
  created_at: createdAt,
  updated_at: updatedAt,
});
