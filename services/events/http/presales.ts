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
import {
  dateTime,
  example,
  instantInput,
  isOneLine,
  textInput,
  uuid,
  uuidInput,
} from '../../../shared/http/schemas.ts';
import { eventCancelled, noSuchEvent } from '../domain/event/errors.ts';
import type { Ports } from '../domain/ports.ts';
import {
  changePresale,
  createPresale,
  deletePresale,
  findPresale,
  listPresales,
  mustOrganiseEvent,
} from '../domain/presale/change-presale.ts';
import { noSuchPresale, presaleUsed } from '../domain/presale/errors.ts';
import type { Presale, PresaleInput } from '../domain/presale/presales.ts';
import { madeAt, madeOnce } from './made-once.ts';
import { onceResponses } from './once-responses.ts';
import { changeResponses, deleteResponses, organiserResponses } from './responses.ts';

const ofEvent = '/api/v1/management/events/{uuid}/presales';
const path = '/api/v1/management/presales';
const tags = ['Presales'];
const eventParams = z.object({ uuid: uuidInput.openapi({ description: 'The event', example: example.event }) });
const params = z.object({ uuid: uuidInput.openapi({ description: 'The presale' }) });
const noEvent = errorResponse('There is no such event of this organiser’s', [noSuchEvent]);
const notFound = errorResponse('There is no such presale of this organiser’s', [noSuchPresale]);

const presaleInput = z
  .strictObject({
    name: textInput(200)
      .trim()
      .min(1, 'must not be empty')
      .refine(isOneLine, 'must be one line')
      .openapi({ example: 'Fan club' }),
    starts_at: instantInput.openapi({ example: '2031-01-10T10:00:00+01:00' }),
    ends_at: instantInput.openapi({ example: '2031-01-12T10:00:00+01:00' }),
  })
  .openapi('PresaleInput');

const presaleSchema = z
  .object({ uuid, event_uuid: uuid, name: z.string(), starts_at: dateTime, ends_at: dateTime })
  .openapi('Presale');

const createPresaleRoute = createRoute({
  method: 'post',
  path: ofEvent,
  operationId: 'createPresale',
  tags,
  ...byBearer,
  summary: 'Sell to those who have a code, before the general sale',
  description:
    'From `starts_at` to `ends_at`, which is not after the event’s `on_sale_from`: from then on everybody may buy. Its codes come by `addCodes`. Every page of the event shows its name and window.',
  request: {
    params: eventParams,
    headers: keyHeader('5a4f0b7e-93c1-4e2d-b6a8-1f7c2d9e8045'),
    body: jsonBody(presaleInput),
  },
  responses: {
    201: {
      ...jsonResponse('The presale', presaleSchema),
      headers: madeHeaders('The presale'),
      links: {
        view: { operationId: 'viewPresale', parameters: { uuid: '$response.body#/uuid' } },
        codes: { operationId: 'addCodes', parameters: { uuid: '$response.body#/uuid' } },
        listCodes: { operationId: 'listCodes', parameters: { uuid: '$response.body#/uuid' } },
        change: { operationId: 'changePresale', parameters: { uuid: '$response.body#/uuid' } },
        delete: { operationId: 'deletePresale', parameters: { uuid: '$response.body#/uuid' } },
      },
    },
    404: noEvent,
    ...changeResponses,
    ...onceResponses([eventCancelled]),
  },
});

const listRoute = createRoute({
  method: 'get',
  path: ofEvent,
  operationId: 'listPresales',
  tags,
  ...byBearer,
  summary: 'The presales of an event',
  description: 'By their beginnings; past ones, too.',
  request: { params: eventParams },
  responses: {
    200: jsonResponse('The presales', z.object({ presales: z.array(presaleSchema) }).openapi('PresaleList')),
    404: noEvent,
    ...parameterResponses,
    ...organiserResponses,
  },
});

const findRoute = createRoute({
  method: 'get',
  path: `${path}/{uuid}`,
  operationId: 'viewPresale',
  tags,
  ...byBearer,
  summary: 'A presale',
  description: 'With the `ETag` for the `If-Match` of `changePresale`.',
  request: { params },
  responses: {
    200: { ...jsonResponse('The presale', presaleSchema), headers: etagHeader },
    404: notFound,
    ...parameterResponses,
    ...organiserResponses,
  },
});

const changeRoute = createRoute({
  method: 'patch',
  path: `${path}/{uuid}`,
  operationId: 'changePresale',
  tags,
  ...byBearer,
  summary: 'Change a presale’s name or window',
  description: 'A JSON merge patch (RFC 7396). What is held by then stays held, and can be bought.',
  request: { params, headers: ifMatchHeader, body: patchBody(presaleInput, 'PresalePatch', { name: 'Members' }) },
  responses: {
    200: { ...jsonResponse('The changed presale', presaleSchema), headers: etagHeader },
    404: notFound,
    409: errorResponse('The event is cancelled', [eventCancelled]),
    ...preconditionResponses,
    ...changeResponses,
  },
});

const deleteRoute = createRoute({
  method: 'delete',
  path: `${path}/{uuid}`,
  operationId: 'deletePresale',
  tags,
  ...byBearer,
  summary: 'Delete a presale and its codes',
  description: 'Only while no seat was ever reserved by one of them.',
  request: { params },
  responses: {
    204: { description: 'It is gone' },
    404: notFound,
    409: errorResponse('Seats were reserved by its codes', [presaleUsed]),
    ...parameterResponses,
    ...deleteResponses,
  },
});

/** The presales of events. */
export function presaleRoutes(deps: Ports & { authorOf: AuthorOf }) {
  return createRoutes()
    .openapi(createPresaleRoute, async (c) => {
      const body = c.req.valid('json');
      const eventUuid = c.req.valid('param').uuid;
      const by = deps.authorOf(c);
      // A request about another organiser's event leaves no key behind.
      await mustOrganiseEvent(deps, { actor: by.actor, eventUuid, scope: 'manage' });
      const of = ofEvent.replace('{uuid}', eventUuid);
      const request = { path: of, key: c.req.valid('header')['idempotency-key'], body };
      return madeOnce(c, deps, request, async (uuid) => {
        const made = await createPresale(deps, { author: by, eventUuid, uuid, presale: toInput(body) });
        return madeAt(path, uuid, toJson(made));
      });
    })
    .openapi(listRoute, async (c) => {
      const request = { actor: actorOf(c.get('caller')), eventUuid: c.req.valid('param').uuid };
      return reply(c, { presales: (await listPresales(deps, request)).map(toJson) });
    })
    .openapi(findRoute, async (c) => {
      const found = await findPresale(deps, { actor: actorOf(c.get('caller')), uuid: c.req.valid('param').uuid });
      return reply(c, toJson(found), 200, { ETag: etagOf(found.version) });
    })
    .openapi(changeRoute, async (c) => {
      const merge = await patchOf(c, presaleInput);
      const changed = await changePresale(deps, {
        author: deps.authorOf(c),
        uuid: c.req.valid('param').uuid,
        check: checkOf(c.req.valid('header')['if-match']),
        merge: (presale) => toInput(merge(inputJson(presale))),
      });
      return reply(c, toJson(changed), 200, { ETag: etagOf(changed.version) });
    })
    .openapi(deleteRoute, async (c) => {
      await deletePresale(deps, { author: deps.authorOf(c), uuid: c.req.valid('param').uuid });
      return replyEmpty(c, 204);
    });
}

const toInput = ({ name, starts_at, ends_at }: z.output<typeof presaleInput>): PresaleInput => ({
  name,
  startsAt: starts_at,
  endsAt: ends_at,
});

const inputJson = ({ name, startsAt, endsAt }: PresaleInput): z.input<typeof presaleInput> => ({
  name,
  starts_at: startsAt,
  ends_at: endsAt,
});

const toJson = (presale: Presale) => ({
  uuid: presale.uuid,
  event_uuid: presale.eventUuid,
  name: presale.name,
  starts_at: presale.startsAt,
  ends_at: presale.endsAt,
});
