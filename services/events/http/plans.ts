import { createRoute, z } from '@hono/zod-openapi';
import { actorOf } from '../../../shared/auth/actor.ts';
import type { AuthorOf } from '../../../shared/http/author.ts';
import { takeBody } from '../../../shared/http/body.ts';
import { invalidInput } from '../../../shared/http/errors.ts';
import { httpErrors } from '../../../shared/http/http-errors.ts';
import { reply, replyEmpty, replyWritten } from '../../../shared/http/reply.ts';
import {
  bodyResponses,
  byBearer,
  commonResponses,
  errorResponse,
  jsonResponse,
  parameterResponses,
  withoutToken,
} from '../../../shared/http/responses.ts';
import { addUnchecked, createRoutes } from '../../../shared/http/routes.ts';
import { dateTime, uuid, uuidInput } from '../../../shared/http/schemas.ts';
import { planJsonSchema, planLimits } from '../../../shared/plan/plan.ts';
import { type AddedPlan, type AddPlanPorts, addPlan } from '../domain/plan/add-plan.ts';
import { noSuchPlan, planInUse, planInvalid } from '../domain/plan/errors.ts';
import { listPlans, removePlan, viewPlan } from '../domain/plan/find-plan.ts';
import { planFormats } from '../domain/plan/imported-plan.ts';
import type { PlanSummary } from '../domain/plan/plans.ts';
import { noSuchVenue } from '../domain/venue/errors.ts';
import { nameInput, nextCursor, pageQuery, params, prefix } from './input.ts';
import { deleteResponses, organiserResponses } from './responses.ts';

/** The paths of this file whose body may be as long as a plan. */
export const isPlanUpload = (path: string): boolean => path.endsWith('/plans');

const summaryMembers = {
  uuid,
  name: z.string(),
  hash: z.string().openapi({ description: 'SHA-256 of the plan’s canonical form: equal plans have one' }),
  places: z.int().openapi({ description: 'How many places it has to sell' }),
  created_at: dateTime,
};
const planSummary = z
  .object({ ...summaryMembers, in_use: z.boolean().openapi({ description: 'An event sells by it' }) })
  .openapi('PlanSummary');

const fault = z.object({ path: z.string(), message: z.string() });
/** The members of a refusal that lists faults. */
export const faultMembers = {
  faults: z.array(fault).optional().openapi({ description: 'Each fault by its path, or its line; at most a hundred' }),
  more: z.int().optional().openapi({ description: 'How many more there are' }),
};

const addedSchema = z
  .object({
    ...summaryMembers,
    in_use: z.boolean(),
    categories: z.array(z.object({ name: z.string(), color: z.string().optional() })),
    kept_aside: z
      .array(z.object({ path: z.string(), count: z.int() }))
      .openapi({ description: 'Members of the file that a plan does not have, and how often each stands there' }),
    notes: z.array(z.string()).openapi({ description: 'What else is otherwise than in the file' }),
  })
  .openapi('AddedPlan');

const venuePlans = `${prefix}/venues/{uuid}/plans`;
const venueParams = params('The venue, as `createVenue` has told it');
const planParams = params('The plan, as `addPlan` has told it');
const noVenue = errorResponse('Venue not found', [noSuchVenue]);
const noPlan = errorResponse('Seating plan not found', [noSuchPlan]);

const addQuery = z.object({
  format: z
    .enum(planFormats)
    .optional()
    .openapi({ description: 'The format of the file; its content tells, if left out' }),
  name: nameInput(100).optional().openapi({ description: 'The plan’s name; that of the file, if left out' }),
});

const small = {
  name: 'Hall',
  categories: [{ name: 'Stalls' }, { name: 'Balcony' }],
  sections: [
    {
      name: '',
      rows: [
        {
          name: 'A',
          seats: [
            { number: '1', x: 0, y: 40, category: 'Stalls', flags: ['accessible'] },
            { number: '2', x: 20, y: 40, category: 'Stalls', flags: ['companion'] },
            { number: '3', x: 40, y: 40, category: 'Stalls' },
            { number: '4', x: 60, y: 40, category: 'Stalls' },
          ],
        },
        { name: 'B', seats: [{ number: '1', x: 30, y: 70, category: 'Balcony' }] },
      ],
    },
  ],
  focal_point: { x: 30, y: 0 },
};

const addPlanRoute = createRoute({
  method: 'post',
  path: venuePlans,
  operationId: 'addPlan',
  tags: ['Seating plans'],
  ...byBearer,
  summary: 'Add a seating plan to a venue',
  description: `A plan of our own format (\`viewPlanSchema\`), of pretix, of seats.io, or CSV with the columns section, row, seat, category, x, y and flags. At most ${planLimits.places} places and 32 MiB. The same content again is the same plan, so it needs no Idempotency-Key.`,
  request: {
    params: venueParams,
    query: addQuery,
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z.looseObject({}).openapi('PlanFile'),
          examples: { small: { summary: 'Five seats', value: small } },
        },
        'text/csv': { schema: z.string().openapi({ example: 'section,row,seat,category\n,A,1,Stalls\n' }) },
      },
    },
  },
  responses: {
    200: jsonResponse('The venue has a plan with this content', addedSchema),
    201: {
      ...jsonResponse('The plan', addedSchema),
      headers: { Location: { description: 'The plan', required: true, schema: { type: 'string' as const } } },
      links: { view: { operationId: 'viewPlan', parameters: { uuid: '$response.body#/uuid' } } },
    },
    404: noVenue,
    422: errorResponse('The plan has faults, and nothing has changed', [planInvalid], faultMembers),
    ...bodyResponses,
    ...organiserResponses,
    413: errorResponse('The body is longer than 32 MiB', [httpErrors.payloadTooLarge]),
  },
});

const listRoute = createRoute({
  method: 'get',
  path: venuePlans,
  operationId: 'listPlans',
  tags: ['Seating plans'],
  ...byBearer,
  summary: 'The seating plans of a venue, the newest first',
  description: 'Without their content: `viewPlan` has that.',
  request: { params: venueParams, query: z.object(pageQuery('plans')) },
  responses: {
    200: jsonResponse(
      'A page of plans',
      z.object({ plans: z.array(planSummary), next_cursor: nextCursor }).openapi('PlanPage'),
    ),
    404: noVenue,
    ...parameterResponses,
    ...organiserResponses,
  },
});

const viewRoute = createRoute({
  method: 'get',
  path: `${prefix}/plans/{uuid}`,
  operationId: 'viewPlan',
  tags: ['Seating plans'],
  ...byBearer,
  summary: 'A seating plan',
  description: 'In our own format, which `addPlan` takes.',
  request: { params: planParams },
  responses: {
    200: jsonResponse('The plan', z.looseObject({ name: z.string() }).openapi('Plan')),
    404: noPlan,
    ...parameterResponses,
    ...organiserResponses,
  },
});

const deleteRoute = createRoute({
  method: 'delete',
  path: `${prefix}/plans/{uuid}`,
  operationId: 'deletePlan',
  tags: ['Seating plans'],
  ...byBearer,
  summary: 'Delete a seating plan',
  description: 'Only while no event sells by it.',
  request: { params: planParams },
  responses: {
    204: { description: 'It is deleted' },
    404: noPlan,
    409: errorResponse('An event sells by it, or is about to', [planInUse]),
    ...parameterResponses,
    ...deleteResponses,
  },
});

const schemaRoute = createRoute({
  method: 'get',
  path: `${prefix}/plan-schema.json`,
  operationId: 'viewPlanSchema',
  tags: ['Seating plans'],
  ...withoutToken,
  summary: 'The JSON Schema of seating plans',
  description: 'Of our own format (draft 2020-12). `addPlan` also checks the names, which no schema can.',
  responses: {
    200: {
      description: 'The schema',
      content: { 'application/schema+json': { schema: z.looseObject({}).openapi('JsonSchema') } },
    },
    ...commonResponses,
  },
});

let schemaText: string | undefined;

/** The seating plans of venues. */
export function planRoutes(deps: AddPlanPorts & { authorOf: AuthorOf }) {
  const routes = createRoutes()
    .openapi(listRoute, async (c) => {
      const { cursor: after, limit } = c.req.valid('query');
      const venueUuid = c.req.valid('param').uuid;
      const page = await listPlans(deps, { actor: actorOf(c.get('caller')), venueUuid, after, limit });
      return reply(c, { plans: page.plans.map(toJson), next_cursor: page.next }, 200);
    })
    .openapi(viewRoute, async (c) => {
      const content = await viewPlan(deps, { actor: actorOf(c.get('caller')), uuid: c.req.valid('param').uuid });
      return replyWritten<{ name: string }>(c, content);
    })
    .openapi(deleteRoute, async (c) => {
      await removePlan(deps, deps.authorOf(c), c.req.valid('param').uuid);
      return replyEmpty(c, 204);
    })
    .openapi(schemaRoute, async (c) => {
      schemaText ??= JSON.stringify(planJsonSchema());
      const headers = { 'Content-Type': 'application/schema+json', 'Cache-Control': 'public, max-age=3600' };
      return (await replyWritten(c, schemaText, headers)) as never;
    });
  // The file is not parsed before its format is known, and not at all for a stranger.
  routes.on('POST', addPlanRoute.getRoutingPath(), takeBody(planLimits.bytes));
  return addUnchecked(routes, addPlanRoute, async (c) => {
    const venue = uuidInput.safeParse(c.req.param('uuid'));
    const query = addQuery.safeParse(c.req.query());
    if (!venue.success) throw invalidInput([{ ...venue.error.issues[0]!, path: ['uuid'] }], 'param');
    if (!query.success) throw invalidInput(query.error.issues, 'query');
    const file = { text: await c.req.text(), ...query.data };
    const added = await addPlan(deps, deps.authorOf(c), { venueUuid: venue.data, file });
    const headers = added.isNew ? { Location: `${prefix}/plans/${added.plan.uuid}` } : undefined;
    return reply(c, addedJson(added), added.isNew ? 201 : 200, headers) as never;
  });
}

const toJson = ({ uuid, name, hash, places, isUsed, createdAt }: PlanSummary) => ({
  uuid,
  name,
  hash,
  places,
  created_at: createdAt,
  in_use: isUsed,
});

const addedJson = ({ plan, categories, keptAside, notes }: AddedPlan) => ({
  ...toJson(plan),
  categories,
  kept_aside: keptAside,
  notes,
});
