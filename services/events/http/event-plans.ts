import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Identities } from '../../../shared/auth/identities.ts';
import type { Env, Headers } from '../../../shared/http/env.ts';
import { replyTagged } from '../../../shared/http/etag.ts';
import { commonResponses, errorResponse, jsonResponse, withoutToken } from '../../../shared/http/responses.ts';
import { addUnchecked, createRoutes } from '../../../shared/http/routes.ts';
import { anyUuid, example, uuid } from '../../../shared/http/schemas.ts';
import { eventNotFound, noSuchEvent } from '../domain/event/errors.ts';
import { eventHasNoPlan, noSuchPlan, planNotFound } from '../domain/plan/errors.ts';
import { visibleEvent } from '../domain/plan/find-plan.ts';
import type { PlanWork } from '../domain/plan/plan-work.ts';
import type { EventPlan, Plans } from '../domain/plan/plans.ts';
import { knownPlanPage, planPageOf } from '../page/plan-page.ts';
import { prefix } from './input.ts';
import { visitors } from './visitor.ts';

const events = `${prefix}/events`;
const eventUuid = uuid.openapi({ example: example.event });
const text = { schema: { type: 'string' as const }, required: true };

const notFound = errorResponse('Event not found, or it has no plan', [noSuchEvent, noSuchPlan]);
const etagHeader = { ETag: { ...text, description: 'The hash' } };
const unchanged = { description: 'It is the one that `If-None-Match` names', headers: etagHeader };

/** The parts that are documented in docs/seating-plans.md. */
const wireSchema = z
  .looseObject({
    format: z.literal('onsale-plan-wire/1'),
    hash: z.string(),
    name: z.string(),
    places: z.int(),
    unit: z.number(),
    categories: z.array(z.looseObject({ name: z.string() })),
  })
  .openapi('PlanWire');

const currentRoute = createRoute({
  method: 'get',
  path: `${events}/{uuid}/plan`,
  operationId: 'viewEventPlan',
  tags: ['Events'],
  ...withoutToken,
  summary: 'The seating plan of an event, for pages',
  description:
    'Geometry, labels, categories and flags of every place, in the plan’s order, in a compact form. `Content-Location` is where this plan stays for good. An event whose tickets were not made from a plan has none, and neither has one whose tickets are being made from another plan.',
  request: { params: z.object({ uuid: eventUuid }) },
  responses: {
    200: {
      ...jsonResponse('The plan', wireSchema),
      headers: { ...etagHeader, 'Content-Location': { ...text, description: 'The plan, by its hash' } },
      links: {
        plan: {
          operationId: 'viewPlanByHash',
          parameters: { uuid: '$request.path.uuid', hash: '$response.body#/hash' },
        },
      },
    },
    304: unchanged,
    404: notFound,
    ...commonResponses,
  },
});

const byHashRoute = createRoute({
  method: 'get',
  path: `${events}/{uuid}/plan/{hash}`,
  operationId: 'viewPlanByHash',
  tags: ['Events'],
  ...withoutToken,
  summary: 'A seating plan of an event, for good',
  description: 'As `viewEventPlan` shows it. It never changes: keep it for a year.',
  request: {
    params: z.object({ uuid: eventUuid, hash: z.string().openapi({ description: 'As `viewEventPlan` tells it' }) }),
  },
  responses: {
    200: { ...jsonResponse('The plan', wireSchema), headers: etagHeader },
    304: unchanged,
    404: notFound,
    ...commonResponses,
  },
});

const planHash = /^[0-9a-f]{64}$/;
const forGood = 'max-age=31536000, immutable';

/** The plans of events, for everybody. An id that is no uuid names no event. */
export function eventPlanRoutes({
  plans,
  planWork,
  identities,
}: {
  plans: Plans;
  planWork: PlanWork;
  identities?: Identities | undefined;
}) {
  const visitor = visitors(identities);

  const made = (uuid: string, hash: string) =>
    planPageOf(uuid, hash, async () => {
      const content = await plans.byHash(uuid, hash);
      if (content === undefined) throw planNotFound();
      return planWork.page(content);
    });

  async function send(c: Context<Env>, found: (event: EventPlan) => { hash: string | undefined; headers: Headers }) {
    const uuid = c.req.param('uuid')?.toLowerCase() ?? '';
    if (!anyUuid.test(uuid)) throw eventNotFound();
    const event = await visibleEvent(plans, visitor(c), uuid);
    const { hash, headers } = found(event);
    if (hash === undefined) throw planNotFound();
    const known = event.hash === hash ? knownPlanPage(hash) : undefined;
    const page = known ?? (await made(uuid, hash));
    return (await replyTagged<z.infer<typeof wireSchema>>(c, hash, () => page, headers)) as never;
  }

  const routes = addUnchecked(createRoutes(), currentRoute, (c) =>
    send(c as never, ({ hash }) => {
      if (hash === null) throw eventHasNoPlan();
      const location = `${events}/${c.req.param('uuid')?.toLowerCase()}/plan/${hash}`;
      return { hash, headers: { 'Content-Location': location, 'Cache-Control': 'no-cache' } };
    }),
  );
  return addUnchecked(routes, byHashRoute, (c) =>
    send(c as never, ({ isDraft }) => ({
      hash: planHash.exec(c.req.param('hash') ?? '')?.[0],
      headers: { 'Cache-Control': `${isDraft ? 'private' : 'public'}, ${forGood}` },
    })),
  );
}
