import { createRoute, z } from '@hono/zod-openapi';
import { actorOf } from '../../../shared/auth/actor.ts';
import { reply } from '../../../shared/http/reply.ts';
import { byBearer, errorResponse, jsonResponse, parameterResponses } from '../../../shared/http/responses.ts';
import { createRoutes } from '../../../shared/http/routes.ts';
import { dateTime, instantInput, textInput, uuid, uuidInput, wholeNumber } from '../../../shared/http/schemas.ts';
import type { AuditEntry } from '../domain/audit/audit-entry.ts';
import { listAuditLog } from '../domain/audit/list-audit-log.ts';
import { noSuchOrganiser } from '../domain/organiser/errors.ts';
import type { Ports } from '../domain/ports.ts';
import { nextCursor, organiserInput, organiserUuid, pageJson, prefix } from './input.ts';
import { organiserResponses } from './responses.ts';

const members = z.record(z.string(), z.json()).nullable();

const entrySchema = z
  .object({
    at: dateTime,
    organiser_uuid: organiserUuid,
    actor: z.object({
      type: z.string().openapi({ description: '`organiser`, `admin`, `key`, `system`, or `anyone`', example: 'key' }),
      uuid: z.string().nullable().openapi({ description: 'Of the user, as the token has it, or of the API key' }),
    }),
    address: z.string().nullable().openapi({ description: 'The address from which it was asked' }),
    action: z.string().openapi({ example: 'venue.changed' }),
    thing: z.object({ type: z.string().openapi({ example: 'venue' }), uuid }),
    before: members.openapi({ type: ['object', 'null'], description: 'What has changed, as it was' }),
    after: members.openapi({ type: ['object', 'null'], description: 'What has changed, as it is' }),
  })
  .openapi('AuditEntry');

const listRoute = createRoute({
  method: 'get',
  path: `${prefix}/audit-log`,
  operationId: 'listAuditLog',
  tags: ['Organisers'],
  ...byBearer,
  summary: 'Who has changed what, the newest first',
  description:
    'Each change of an organiser’s things, written in the transaction of the change and never changed itself.',
  request: {
    query: z.object({
      organiser: organiserInput,
      thing: textInput(100).optional().openapi({ description: 'The kind of thing, such as `venue`' }),
      thing_uuid: uuidInput.optional().openapi({ description: 'One thing' }),
      actor_uuid: uuidInput.optional().openapi({ description: 'The user, or the API key' }),
      from: instantInput.optional().openapi({ description: 'From this instant on' }),
      to: instantInput.optional().openapi({ description: 'Before this instant' }),
      cursor: textInput(100).optional().openapi({ description: 'The `next_cursor` of the page before' }),
      limit: wholeNumber(1, 100, 20).openapi({ description: 'Most entries on the page' }),
    }),
  },
  responses: {
    200: jsonResponse(
      'A page of the log',
      z.object({ entries: z.array(entrySchema), next_cursor: nextCursor }).openapi('AuditPage'),
    ),
    404: errorResponse('Organiser not found', [noSuchOrganiser]),
    ...parameterResponses,
    ...organiserResponses,
  },
});

/** The audit log. */
export function auditLogRoutes(deps: Ports) {
  return createRoutes().openapi(listRoute, async (c) => {
    const { thing_uuid: thingUuid, actor_uuid: actorUuid, ...query } = c.req.valid('query');
    const page = await listAuditLog(deps, { actor: actorOf(c.get('caller')), thingUuid, actorUuid, ...query });
    return reply(c, pageJson('entries', page, toJson));
  });
}

const toJson = ({ at, organiserUuid, actor, address, action, thing, before, after }: AuditEntry) => ({
  at,
  organiser_uuid: organiserUuid,
  actor: { type: actor.is, uuid: actor.uuid },
  address,
  action,
  thing: { type: thing.is, uuid: thing.uuid },
  // JSON, as the database has it.
  before: before as z.infer<typeof members>,
  after: after as z.infer<typeof members>,
});
