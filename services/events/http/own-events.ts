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
import { example, uuidInput } from '../../../shared/http/schemas.ts';
import { versionHeaders } from '../../../shared/http/tell-version.ts';
import type { Ending } from '../../../shared/idempotency/idempotency.ts';
import { changeEvent } from '../domain/event/change-event.ts';
import { createEvent } from '../domain/event/create-event.ts';
import { deleteEvent } from '../domain/event/delete-event.ts';
import { incomplete, memberFixed, noSuchEvent, notADraft } from '../domain/event/errors.ts';
import { findSettings, listOwnEvents } from '../domain/event/find-settings.ts';
import type { OrganisersEvent } from '../domain/event/organisers-events.ts';
import { publishEvent } from '../domain/event/publish-event.ts';
import { codes as offerCodes } from '../domain/offer/errors.ts';
import { noSuchOrganiser } from '../domain/organiser/errors.ts';
import type { Ports } from '../domain/ports.ts';
import { nextCursor, organiserInput, pageJson, pageQuery } from './input.ts';
import { changedUnderKey, madeAt, madeOnce } from './made-once.ts';
import { underWayMembers } from './offers.ts';
import { onceResponses } from './once-responses.ts';
import { eventInput, inputJson, settingsJson, settingsSchema, toInput } from './own-event-schemas.ts';
import { changeResponses, deleteResponses, makeResponses, organiserResponses } from './responses.ts';

const events = '/api/v1/management/events';
const path = `${events}/{uuid}`;
const tags = ['Organisers’ events'];
const params = z.object({ uuid: uuidInput.openapi({ example: example.event }) });
const notFound = errorResponse('There is no such event of this organiser’s', [noSuchEvent]);

const createEventRoute = createRoute({
  method: 'post',
  path: events,
  operationId: 'createEvent',
  tags,
  ...byBearer,
  summary: 'Make an event, as a draft',
  description:
    'Of the organiser whose credentials are sent. Only they see it until `publishEvent`; its venue and performers are theirs, or the platform’s.',
  request: { headers: keyHeader('0c1ff2f5-6d8b-4b3c-9a55-3f0e5c1d7a21'), body: jsonBody(eventInput) },
  responses: {
    201: {
      ...jsonResponse('The draft', settingsSchema),
      headers: { ...madeHeaders('The event'), ...versionHeaders },
      links: {
        settings: { operationId: 'viewEventSettings', parameters: { uuid: '$response.body#/uuid' } },
        publish: { operationId: 'publishEvent', parameters: { uuid: '$response.body#/uuid' } },
        presale: { operationId: 'createPresale', parameters: { uuid: '$response.body#/uuid' } },
        delete: { operationId: 'deleteEvent', parameters: { uuid: '$response.body#/uuid' } },
      },
    },
    ...makeResponses,
  },
});

const settingsRoute = createRoute({
  method: 'get',
  path: `${path}/settings`,
  operationId: 'viewEventSettings',
  tags,
  ...byBearer,
  summary: 'An event as its organiser sees it',
  description: 'All that `changeEvent` changes, with the `ETag` for its `If-Match`.',
  request: { params },
  responses: {
    200: { ...jsonResponse('The event', settingsSchema), headers: etagHeader },
    404: notFound,
    ...parameterResponses,
    ...organiserResponses,
  },
});

const changeRoute = createRoute({
  method: 'patch',
  path,
  operationId: 'changeEvent',
  tags,
  ...byBearer,
  summary: 'Change members of an event',
  description:
    'A JSON merge patch (RFC 7396): null clears a member. A draft changes in all; once it is published its `date` and `venue_uuid` stay, once it is cancelled all but `description` and `image_url`, and `currency` stays while it has tickets, and `venue_uuid` while they are of a plan. `sequence` counts what calendars show.',
  request: {
    params,
    headers: ifMatchHeader,
    body: patchBody(eventInput, 'EventPatch', { description: 'Doors at seven', genre: null }),
  },
  responses: {
    200: { ...jsonResponse('The changed event', settingsSchema), headers: { ...etagHeader, ...versionHeaders } },
    404: notFound,
    409: errorResponse('Some of the members stay as they are: see `issues`', [memberFixed]),
    ...preconditionResponses,
    ...changeResponses,
  },
});

const deleteRoute = createRoute({
  method: 'delete',
  path,
  operationId: 'deleteEvent',
  tags,
  ...byBearer,
  summary: 'Delete a draft',
  description:
    'With its tickets and presales. An event that was published is cancelled instead; one whose tickets are being made is deleted after that.',
  request: { params },
  responses: {
    204: { description: 'It is gone', headers: versionHeaders },
    404: notFound,
    409: errorResponse(
      'It is no draft any more, or its tickets are being made',
      [notADraft, offerCodes.offerUnderWay],
      underWayMembers,
    ),
    ...parameterResponses,
    ...deleteResponses,
  },
});

const publishRoute = createRoute({
  method: 'post',
  path: `${path}/publish`,
  operationId: 'publishEvent',
  tags,
  ...byBearer,
  summary: 'Publish a draft',
  description:
    'From now on everybody sees and finds it, and it sells in its windows. It may get its tickets before or after. Its date must be in the future, and its venue must have a time zone.',
  request: { params, headers: keyHeader('7b1e9c64-2a0f-4d93-8c57-d4e6f1a2b308') },
  responses: {
    200: {
      ...jsonResponse('The published event', settingsSchema),
      headers: { ...madeHeaders('The event as its organiser sees it'), ...versionHeaders },
    },
    404: notFound,
    ...parameterResponses,
    ...deleteResponses,
    ...onceResponses([notADraft], [incomplete]),
  },
});

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/management/own-events',
  operationId: 'listOwnEvents',
  tags,
  ...byBearer,
  summary: 'The organiser’s events, the newest first',
  description: 'A page of them, drafts and past ones too.',
  request: {
    query: z.object({
      status: settingsSchema.shape.status.optional(),
      organiser: organiserInput,
      ...pageQuery('events'),
    }),
  },
  responses: {
    200: jsonResponse(
      'A page of events',
      z.object({ events: z.array(settingsSchema), next_cursor: nextCursor }).openapi('OwnEventPage'),
    ),
    404: errorResponse('Organiser not found', [noSuchOrganiser]),
    ...parameterResponses,
    ...organiserResponses,
  },
});

/** The events of organisers: make, change, publish and delete them. */
export function ownEventRoutes(deps: Ports & { authorOf: AuthorOf }) {
  const withEtag = ({ version }: OrganisersEvent) => ({ ETag: etagOf(version) });
  return createRoutes()
    .openapi(createEventRoute, async (c) => {
      const body = c.req.valid('json');
      const request = { path: events, key: c.req.valid('header')['idempotency-key'], body };
      return madeOnce(c, deps, request, async (uuid) => {
        const made = await createEvent(deps, { author: deps.authorOf(c), uuid, event: toInput(body) });
        return madeAt(events, uuid, settingsJson(made));
      });
    })
    .openapi(settingsRoute, async (c) => {
      const request = { actor: actorOf(c.get('caller')), uuid: c.req.valid('param').uuid };
      const found = await findSettings(deps, request);
      return reply(c, settingsJson(found.settings), 200, withEtag(found));
    })
    .openapi(changeRoute, async (c) => {
      const merge = await patchOf(c, eventInput);
      const changed = await changeEvent(deps, {
        author: deps.authorOf(c),
        uuid: c.req.valid('param').uuid,
        check: checkOf(c.req.valid('header')['if-match']),
        merge: (event) => toInput(merge(inputJson(event))),
      });
      return reply(c, settingsJson(changed.settings), 200, withEtag(changed));
    })
    .openapi(deleteRoute, async (c) => {
      await deleteEvent(deps, { author: deps.authorOf(c), uuid: c.req.valid('param').uuid });
      return replyEmpty(c, 204);
    })
    .openapi(publishRoute, async (c) => {
      const { uuid } = c.req.valid('param');
      const by = deps.authorOf(c);
      // A request about another organiser's event leaves no key behind.
      await findSettings(deps, { actor: by.actor, uuid, scope: 'manage' });
      const request = { path: `${events}/${uuid}/publish`, key: c.req.valid('header')['idempotency-key'] };
      return changedUnderKey(c, deps, request, {
        change: (ending: Ending<OrganisersEvent>) => publishEvent(deps, { author: by, uuid }, ending),
        respond: ({ settings }) => ({ json: settingsJson(settings), location: `${events}/${uuid}/settings` }),
      });
    })
    .openapi(listRoute, async (c) => {
      const { cursor: after, ...query } = c.req.valid('query');
      const page = await listOwnEvents(deps, { actor: actorOf(c.get('caller')), after, ...query });
      return reply(
        c,
        pageJson('events', page, ({ settings }) => settingsJson(settings)),
      );
    });
}
