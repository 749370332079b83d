import { createRoute, z } from '@hono/zod-openapi';
import { normalCode } from '../../../shared/admission/access-code.ts';
import { actorOf } from '../../../shared/auth/actor.ts';
import type { AuthorOf } from '../../../shared/http/author.ts';
import { keyHeader, madeHeaders } from '../../../shared/http/idempotent.ts';
import { reply, replyEmpty } from '../../../shared/http/reply.ts';
import { byBearer, errorResponse, jsonBody, jsonResponse, parameterResponses } from '../../../shared/http/responses.ts';
import { createRoutes } from '../../../shared/http/routes.ts';
import { dateTime, uuid, uuidInput, wholeNumber } from '../../../shared/http/schemas.ts';
import { eventCancelled } from '../domain/event/errors.ts';
import type { Ports } from '../domain/ports.ts';
import { addCodes, listCodes, withdrawCode } from '../domain/presale/access-codes.ts';
import { findPresale } from '../domain/presale/change-presale.ts';
import { codeTaken, noSuchCode, noSuchPresale } from '../domain/presale/errors.ts';
import type { AccessCode } from '../domain/presale/presales.ts';
import { madeOnce } from './made-once.ts';
import { onceResponses } from './once-responses.ts';
import { changeResponses, deleteResponses, organiserResponses } from './responses.ts';

const path = '/api/v1/management/presales/{uuid}/codes';
const tags = ['Presales'];
const params = z.object({ uuid: uuidInput.openapi({ description: 'The presale' }) });
const noPresale = errorResponse('There is no such presale of this organiser’s', [noSuchPresale]);

const maxAtOnce = 1000;
const maxUses = z.int().min(1).max(1_000_000).nullable().default(1).openapi({
  description: 'How many reservations may be made by each of them; null: without a limit',
});
const eitherForm = 'must have the codes (codes), or how many to make (count)';

const chosenSchema = z
  .strictObject({
    codes: z
      .array(z.string().regex(/^\s*[\x21-\x7e]{4,64}\s*$/, 'must be 4 to 64 visible characters'), {
        error: ({ input }) => (input === undefined ? eitherForm : undefined),
      })
      .min(1)
      .max(maxAtOnce)
      .refine((codes) => new Set(codes.map(normalCode)).size === codes.length, 'must have each code once')
      .openapi({ uniqueItems: true }),
    max_uses: maxUses,
  })
  .openapi('ChosenCodes');

const madeSchema = z
  .strictObject({
    count: z.int().min(1).max(maxAtOnce),
    length: z.int().min(6).max(32).default(8),
    max_uses: maxUses,
  })
  .openapi('MadeCodes');

const codeSchema = z
  .object({
    uuid,
    code: z.string().openapi({ example: 'K7MPXW42' }),
    max_uses: z.int().nullable(),
    uses: z.int().openapi({ description: 'Reservations by it that are held, being paid for, or bought' }),
    withdrawn_at: dateTime.nullable(),
    created_at: dateTime,
  })
  .openapi('AccessCode');

const addRoute = createRoute({
  method: 'post',
  path,
  operationId: 'addCodes',
  tags,
  ...byBearer,
  summary: 'Add access codes to a presale',
  description:
    'Chosen ones, or new ones that nobody can guess, without letters and digits that look alike. Upper and lower case make no difference. A code with one use sells to one reservation at a time.',
  request: {
    params,
    headers: keyHeader('2d6c8f3a-7e15-4b90-a1d4-c0b9e8f72613'),
    body: jsonBody(z.union([chosenSchema, madeSchema]), {
      made: { summary: 'Three codes, each for one reservation', value: { count: 3 } },
      chosen: { summary: 'One for everybody in the fan club', value: { codes: ['FANS-2031'], max_uses: 500 } },
    }),
  },
  responses: {
    201: {
      ...jsonResponse('The codes', z.object({ codes: z.array(codeSchema) }).openapi('NewCodes')),
      headers: madeHeaders('The codes of the presale'),
      links: { withdraw: { operationId: 'withdrawCode', parameters: { uuid: '$response.body#/codes/0/uuid' } } },
    },
    404: noPresale,
    ...changeResponses,
    ...onceResponses([codeTaken, eventCancelled]),
  },
});

const listRoute = createRoute({
  method: 'get',
  path,
  operationId: 'listCodes',
  tags,
  ...byBearer,
  summary: 'The access codes of a presale, the oldest first',
  description: 'A page of them, each with its uses by now; those that are withdrawn, too.',
  request: {
    params,
    query: z.object({
      cursor: uuidInput.optional().openapi({ description: 'The `next_cursor` of the page before' }),
      limit: wholeNumber(1, maxAtOnce, 100).openapi({ description: 'Most codes on the page' }),
    }),
  },
  responses: {
    200: jsonResponse(
      'A page of codes',
      z
        .object({
          codes: z.array(codeSchema),
          next_cursor: z.string().nullable().openapi({ description: 'Pass it as `cursor`; null on the last page' }),
        })
        .openapi('CodePage'),
    ),
    404: noPresale,
    ...parameterResponses,
    ...organiserResponses,
  },
});

const withdrawRoute = createRoute({
  method: 'delete',
  path: '/api/v1/management/codes/{uuid}',
  operationId: 'withdrawCode',
  tags,
  ...byBearer,
  summary: 'Withdraw an access code; repeating it changes nothing',
  description: 'Nobody reserves by it any more. What is held by it stays held, and can be bought.',
  request: { params: z.object({ uuid: uuidInput.openapi({ description: 'The code' }) }) },
  responses: {
    204: { description: 'It is withdrawn' },
    404: errorResponse('There is no such code of this organiser’s', [noSuchCode]),
    ...parameterResponses,
    ...deleteResponses,
  },
});

/** The access codes of presales. */
export function accessCodeRoutes(deps: Ports & { authorOf: AuthorOf }) {
  return createRoutes()
    .openapi(addRoute, async (c) => {
      const body = c.req.valid('json');
      const presaleUuid = c.req.valid('param').uuid;
      const by = deps.authorOf(c);
      // A request about another organiser's presale leaves no key behind.
      await findPresale(deps, { actor: by.actor, uuid: presaleUuid, scope: 'manage' });
      const location = path.replace('{uuid}', presaleUuid);
      const request = { path: location, key: c.req.valid('header')['idempotency-key'], body };
      return madeOnce(c, deps, request, async (uuid) => {
        const { max_uses, ...wanted } = body;
        const codes = await addCodes(deps, { author: by, presaleUuid, uuid, wanted, maxUses: max_uses });
        return { json: { codes: codes.map(toJson) }, location };
      });
    })
    .openapi(listRoute, async (c) => {
      const { cursor: after, limit } = c.req.valid('query');
      const query = { actor: actorOf(c.get('caller')), presaleUuid: c.req.valid('param').uuid, after };
      const found = await listCodes(deps, { ...query, limit: limit + 1 });
      const codes = found.slice(0, limit).map(toJson);
      return reply(c, { codes, next_cursor: found.length > limit ? codes.at(-1)!.uuid : null });
    })
    .openapi(withdrawRoute, async (c) => {
      await withdrawCode(deps, { author: deps.authorOf(c), uuid: c.req.valid('param').uuid });
      return replyEmpty(c, 204);
    });
}

const toJson = (code: AccessCode) => ({
  uuid: code.uuid,
  code: code.code,
  max_uses: code.maxUses,
  uses: code.uses,
  withdrawn_at: code.withdrawnAt,
  created_at: code.createdAt,
});
