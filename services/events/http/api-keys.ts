import { createRoute, z } from '@hono/zod-openapi';
import { actorOf, scopes } from '../../../shared/auth/actor.ts';
import type { AuthorOf } from '../../../shared/http/author.ts';
import { reply, replyEmpty } from '../../../shared/http/reply.ts';
import { byBearer, errorResponse, jsonBody, jsonResponse, parameterResponses } from '../../../shared/http/responses.ts';
import { createRoutes } from '../../../shared/http/routes.ts';
import { dateTime, uuid, uuidInput } from '../../../shared/http/schemas.ts';
import type { KnownApiKey } from '../domain/api-key/api-key.ts';
import { createApiKey } from '../domain/api-key/create-api-key.ts';
import { noSuchApiKey } from '../domain/api-key/errors.ts';
import { listApiKeys } from '../domain/api-key/list-api-keys.ts';
import { revokeApiKey } from '../domain/api-key/revoke-api-key.ts';
import { noSuchOrganiser } from '../domain/organiser/errors.ts';
import type { Ports } from '../domain/ports.ts';
import { nameInput, nextCursor, organiserInput, organiserUuid, pageJson, pageQuery, params, prefix } from './input.ts';
import { changeResponses, deleteResponses, organiserResponses } from './responses.ts';

const path = `${prefix}/api-keys`;

const scope = z.enum(scopes);

const apiKeySchema = z
  .object({
    uuid,
    organiser_uuid: organiserUuid,
    name: z.string(),
    start: z.string().openapi({ description: 'The first characters of the key' }),
    scopes: z.array(scope),
    created_at: dateTime,
    last_used_at: dateTime.nullable().openapi({ description: 'To the minute; null before the first use' }),
    revoked_at: dateTime.nullable(),
  })
  .openapi('ApiKey');

const newApiKeySchema = apiKeySchema
  .extend({ key: z.string().openapi({ description: 'The key itself. It is shown this once: keep it' }) })
  .openapi('NewApiKey');

const noOrganiser = errorResponse('Organiser not found', [noSuchOrganiser]);

const createApiKeyRoute = createRoute({
  method: 'post',
  path,
  operationId: 'createApiKey',
  tags: ['Organisers'],
  ...byBearer,
  summary: 'Make an API key',
  description:
    'For a program of an organiser, which sends it as `Authorization: Bearer osk_…`. The scopes: `read` sees, `sell` reads and gives back orders, `manage` changes, `check-in` lets people in. A key with `manage` makes and revokes keys with no more rights than it has. ' +
    'Only a hash of it is kept, so the response can’t be repeated and there is no Idempotency-Key: a key whose response was lost is to be revoked.',
  request: {
    body: jsonBody(
      z
        .strictObject({
          name: nameInput().openapi({ example: 'Box office' }),
          scopes: z
            .array(scope)
            .min(1, 'must name a scope')
            .transform((given) => scopes.filter((one) => given.includes(one)))
            .openapi({ type: 'array', items: { type: 'string', enum: [...scopes] }, example: ['read', 'sell'] }),
          organiser_uuid: uuidInput
            .optional()
            .openapi({ description: 'By an administrator: the organiser; left out: the platform' }),
        })
        .openapi('CreateApiKey'),
    ),
  },
  responses: {
    201: {
      ...jsonResponse('The key, shown once', newApiKeySchema),
      links: { revoke: { operationId: 'revokeApiKey', parameters: { uuid: '$response.body#/uuid' } } },
    },
    404: noOrganiser,
    ...changeResponses,
  },
});

const listRoute = createRoute({
  method: 'get',
  path,
  operationId: 'listApiKeys',
  tags: ['Organisers'],
  ...byBearer,
  summary: 'The API keys of an organiser, the newest first',
  description: 'Also those that were revoked, and never the keys themselves.',
  request: { query: z.object({ organiser: organiserInput, ...pageQuery('keys') }) },
  responses: {
    200: jsonResponse(
      'A page of keys',
      z.object({ api_keys: z.array(apiKeySchema), next_cursor: nextCursor }).openapi('ApiKeyPage'),
    ),
    404: noOrganiser,
    ...parameterResponses,
    ...organiserResponses,
  },
});

const revokeRoute = createRoute({
  method: 'delete',
  path: `${path}/{uuid}`,
  operationId: 'revokeApiKey',
  tags: ['Organisers'],
  ...byBearer,
  summary: 'Revoke an API key',
  description: 'For good. It ends within a second, in every process. A key revokes only keys whose scopes it has.',
  request: { params: params('The key, as `createApiKey` has told it') },
  responses: {
    204: { description: 'It is revoked' },
    404: errorResponse('API key not found', [noSuchApiKey]),
    ...parameterResponses,
    ...deleteResponses,
  },
});

/** The API keys of organisers' programs. */
export function apiKeyRoutes(deps: Ports & { authorOf: AuthorOf }) {
  return createRoutes()
    .openapi(createApiKeyRoute, async (c) => {
      const { organiser_uuid: organiserUuid, ...body } = c.req.valid('json');
      const { key, ...made } = await createApiKey(deps, { author: deps.authorOf(c), organiserUuid, ...body });
      return reply(c, { ...toJson(made), key }, 201);
    })
    .openapi(listRoute, async (c) => {
      const { cursor: after, ...query } = c.req.valid('query');
      const page = await listApiKeys(deps, { actor: actorOf(c.get('caller')), after, ...query });
      return reply(c, pageJson('api_keys', page, toJson));
    })
    .openapi(revokeRoute, async (c) => {
      await revokeApiKey(deps, { author: deps.authorOf(c), uuid: c.req.valid('param').uuid });
      return replyEmpty(c, 204);
    });
}

const toJson = ({ organiserUuid, createdAt, lastUsedAt, revokedAt, ...key }: KnownApiKey) => ({
  uuid: key.uuid,
  organiser_uuid: organiserUuid,
  name: key.name,
  start: key.start,
  scopes: key.scopes,
  created_at: createdAt,
  last_used_at: lastUsedAt,
  revoked_at: revokedAt,
});
