import { createRoute, z } from '@hono/zod-openapi';
import { actorOf } from '../../../shared/auth/actor.ts';
import type { AuthorOf } from '../../../shared/http/author.ts';
import { keyHeader, madeHeaders } from '../../../shared/http/idempotent.ts';
import { reply } from '../../../shared/http/reply.ts';
import { byBearer, jsonBody, jsonResponse, parameterResponses } from '../../../shared/http/responses.ts';
import { createRoutes } from '../../../shared/http/routes.ts';
import { dateTime, uuid } from '../../../shared/http/schemas.ts';
import { createOrganiser } from '../domain/organiser/create-organiser.ts';
import { listOrganisers } from '../domain/organiser/list-organisers.ts';
import type { Organiser } from '../domain/organiser/organiser.ts';
import type { Ports } from '../domain/ports.ts';
import { nameInput, nextCursor, pageJson, pageQuery, prefix } from './input.ts';
import { madeAt, madeOnce } from './made-once.ts';
import { makeResponses, organiserResponses } from './responses.ts';

const path = `${prefix}/organisers`;

const organiserSchema = z.object({ uuid, name: z.string(), created_at: dateTime }).openapi('Organiser');

const createOrganiserRoute = createRoute({
  method: 'post',
  path,
  operationId: 'createOrganiser',
  tags: ['Organisers'],
  ...byBearer,
  summary: 'Make an organiser',
  description:
    'By an administrator. Its people have tokens with the claim `organiser`, its programs have API keys; what they make belongs to it.',
  request: {
    headers: keyHeader('0c5b7d0e-90f3-4ab2-8f5c-5d1c4ad0a0b1'),
    body: jsonBody(
      z.strictObject({ name: nameInput().openapi({ example: 'Northern Lights Concerts' }) }).openapi('CreateOrganiser'),
    ),
  },
  responses: {
    201: { ...jsonResponse('The organiser', organiserSchema), headers: madeHeaders('The organiser’s own address') },
    ...makeResponses,
  },
});

const listRoute = createRoute({
  method: 'get',
  path,
  operationId: 'listOrganisers',
  tags: ['Organisers'],
  ...byBearer,
  summary: 'The organisers, the newest first',
  description: 'All of them, to an administrator.',
  request: { query: z.object(pageQuery('organisers')) },
  responses: {
    200: jsonResponse(
      'A page of organisers',
      z.object({ organisers: z.array(organiserSchema), next_cursor: nextCursor }).openapi('OrganiserPage'),
    ),
    ...parameterResponses,
    ...organiserResponses,
  },
});

/** The organisers, which administrators make. */
export function organiserRoutes(deps: Ports & { authorOf: AuthorOf }) {
  return createRoutes()
    .openapi(createOrganiserRoute, async (c) => {
      const body = c.req.valid('json');
      const request = { path, key: c.req.valid('header')['idempotency-key'], body };
      return madeOnce(c, deps, request, async (uuid) => {
        const made = await createOrganiser(deps, { author: deps.authorOf(c), uuid, name: body.name });
        return madeAt(path, uuid, toJson(made));
      });
    })
    .openapi(listRoute, async (c) => {
      const { cursor: after, limit } = c.req.valid('query');
      const page = await listOrganisers(deps, { actor: actorOf(c.get('caller')), after, limit });
      return reply(c, pageJson('organisers', page, toJson));
    });
}

const toJson = ({ uuid, name, createdAt }: Organiser) => ({ uuid, name, created_at: createdAt });
