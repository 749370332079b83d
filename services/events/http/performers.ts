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
import { dateTime, textInput, uuid } from '../../../shared/http/schemas.ts';
import { versionHeaders } from '../../../shared/http/tell-version.ts';
import { noSuchOrganiser } from '../domain/organiser/errors.ts';
import { changePerformer } from '../domain/performer/change-performer.ts';
import { createPerformer } from '../domain/performer/create-performer.ts';
import { deletePerformer } from '../domain/performer/delete-performer.ts';
import { noSuchPerformer, performerUsed } from '../domain/performer/errors.ts';
import { findPerformer } from '../domain/performer/find-performer.ts';
import { listPerformers } from '../domain/performer/list-performers.ts';
import type { Performer } from '../domain/performer/performer.ts';
import type { Ports } from '../domain/ports.ts';
import { nameInput, nextCursor, organiserInput, organiserUuid, pageJson, pageQuery, params, prefix } from './input.ts';
import { madeAt, madeOnce } from './made-once.ts';
import { changeResponses, deleteResponses, makeResponses, organiserResponses } from './responses.ts';

const path = `${prefix}/performers`;

const performerSchema = z
  .object({
    uuid,
    organiser_uuid: organiserUuid,
    name: z.string(),
    age: z.int().nullable().openapi({
      description: 'Null when it is not known, or has no meaning, as for an orchestra: the page of an event then has 0',
    }),
    description: z.string().nullable(),
    created_at: dateTime,
    updated_at: dateTime,
  })
  .openapi('Performer');

/** The members of a performer in a request. */
export const performerInput = z.strictObject({
  name: nameInput().openapi({ example: 'Berliner Philharmoniker' }),
  age: z
    .int()
    .min(0)
    .max(999)
    .optional()
    .openapi({ description: 'In years; left out where it is not known, or has no meaning' }),
  description: textInput(10_000).optional().openapi({ example: 'An orchestra, founded in 1882' }),
});

const notFound = errorResponse('Performer not found', [noSuchPerformer]);
const performerParams = params('The performer, as `createPerformer` has told it');
const performerResponse = (description: string) => ({
  ...jsonResponse(description, performerSchema),
  headers: etagHeader,
});
const links = {
  view: { operationId: 'viewPerformer', parameters: { uuid: '$response.body#/uuid' } },
  change: { operationId: 'changePerformer', parameters: { uuid: '$response.body#/uuid' } },
  delete: { operationId: 'deletePerformer', parameters: { uuid: '$response.body#/uuid' } },
};

const createPerformerRoute = createRoute({
  method: 'post',
  path,
  operationId: 'createPerformer',
  tags: ['Venues and performers'],
  ...byBearer,
  summary: 'Make a performer',
  description: 'It belongs to the organiser who asks.',
  request: {
    headers: keyHeader('a2c5c3c1-8f0c-4b55-9d2e-1f6f0a4b7c22'),
    body: jsonBody(performerInput.openapi('CreatePerformer')),
  },
  responses: {
    201: { ...jsonResponse('The performer', performerSchema), headers: madeHeaders('The performer'), links },
    ...makeResponses,
  },
});

const viewRoute = createRoute({
  method: 'get',
  path: `${path}/{uuid}`,
  operationId: 'viewPerformer',
  tags: ['Venues and performers'],
  ...byBearer,
  summary: 'A performer',
  description: 'One of the organiser’s own, or of the platform. Its `ETag` is what a change of it is based on.',
  request: { params: performerParams },
  responses: { 200: performerResponse('The performer'), 404: notFound, ...parameterResponses, ...organiserResponses },
});

const listRoute = createRoute({
  method: 'get',
  path,
  operationId: 'listPerformers',
  tags: ['Venues and performers'],
  ...byBearer,
  summary: 'The performers of an organiser, the newest first',
  description: 'Also those of the platform, by `organiser=platform`: every organiser may use them.',
  request: { query: z.object({ organiser: organiserInput, ...pageQuery('performers') }) },
  responses: {
    200: jsonResponse(
      'A page of performers',
      z.object({ performers: z.array(performerSchema), next_cursor: nextCursor }).openapi('PerformerPage'),
    ),
    404: errorResponse('Organiser not found', [noSuchOrganiser]),
    ...parameterResponses,
    ...organiserResponses,
  },
});

const changePerformerRoute = createRoute({
  method: 'patch',
  path: `${path}/{uuid}`,
  operationId: 'changePerformer',
  tags: ['Venues and performers'],
  ...byBearer,
  summary: 'Change a performer',
  description: 'A merge patch (RFC 7396): members that are left out stay, and null clears one.',
  request: {
    params: performerParams,
    headers: ifMatchHeader,
    body: patchBody(performerInput, 'ChangePerformer', { description: 'An orchestra of Berlin' }),
  },
  responses: {
    200: { ...performerResponse('The performer as it is now'), headers: { ...etagHeader, ...versionHeaders } },
    404: notFound,
    ...preconditionResponses,
    ...changeResponses,
  },
});

const deletePerformerRoute = createRoute({
  method: 'delete',
  path: `${path}/{uuid}`,
  operationId: 'deletePerformer',
  tags: ['Venues and performers'],
  ...byBearer,
  summary: 'Delete a performer',
  description: 'Only while it is in the line-up of no event.',
  request: { params: performerParams },
  responses: {
    204: { description: 'It is deleted' },
    404: notFound,
    409: errorResponse('Events have it in their line-up: `events` names some', [performerUsed], {
      events: z.array(uuid).optional(),
    }),
    ...parameterResponses,
    ...deleteResponses,
  },
});

/** The performers of organisers. */
export function performerRoutes(deps: Ports & { authorOf: AuthorOf }) {
  return createRoutes()
    .openapi(createPerformerRoute, async (c) => {
      const body = c.req.valid('json');
      const request = { path, key: c.req.valid('header')['idempotency-key'], body };
      return madeOnce(c, deps, request, async (uuid) => {
        const made = await createPerformer(deps, { author: deps.authorOf(c), uuid, input: body });
        return madeAt(path, uuid, toJson(made));
      });
    })
    .openapi(listRoute, async (c) => {
      const { cursor: after, ...query } = c.req.valid('query');
      const page = await listPerformers(deps, { actor: actorOf(c.get('caller')), after, ...query });
      return reply(c, pageJson('performers', page, toJson));
    })
    .openapi(viewRoute, async (c) => {
      const performer = await findPerformer(deps, { actor: actorOf(c.get('caller')), uuid: c.req.valid('param').uuid });
      return reply(c, toJson(performer), 200, { ETag: etagOf(performer.version) });
    })
    .openapi(changePerformerRoute, async (c) => {
      const checkVersion = checkOf(c.req.valid('header')['if-match']);
      const patched = await patchOf(c, performerInput);
      const performer = await changePerformer(deps, {
        author: deps.authorOf(c),
        uuid: c.req.valid('param').uuid,
        checkVersion,
        change: ({ name, age, description }) =>
          patched({ name, ...(age !== null && { age }), ...(description !== null && { description }) }),
      });
      return reply(c, toJson(performer), 200, { ETag: etagOf(performer.version) });
    })
    .openapi(deletePerformerRoute, async (c) => {
      await deletePerformer(deps, { author: deps.authorOf(c), uuid: c.req.valid('param').uuid });
      return replyEmpty(c, 204);
    });
}

const toJson = ({ organiserUuid, createdAt, updatedAt, ...performer }: Performer) => ({
  uuid: performer.uuid,
  organiser_uuid: organiserUuid,
  name: performer.name,
  age: performer.age,
  description: performer.description,
  created_at: createdAt,
  updated_at: updatedAt,
});
