import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { actorOf } from '../../../shared/auth/actor.ts';
import type { Env, Headers } from '../../../shared/http/env.ts';
import { etagOf } from '../../../shared/http/preconditions.ts';
import { replyRaw, replyWritten } from '../../../shared/http/reply.ts';
import { commonResponses, errorResponse, jsonResponse, withoutToken } from '../../../shared/http/responses.ts';
import { addUnchecked, createRoutes } from '../../../shared/http/routes.ts';
import { anyUuid, example, uuid } from '../../../shared/http/schemas.ts';
import { eventNotFound, noSuchEvent } from '../domain/event/errors.ts';
import { noSuchPlan, planNotFound } from '../domain/plan/errors.ts';
import { planOfEvent, visibleEvent } from '../domain/plan/find-plan.ts';
import type { Plans } from '../domain/plan/plans.ts';
import { knownPlanPage, planPageOf } from '../page/plan-page.ts';
import { prefix } from './input.ts';

const events = `${prefix}/events`;
const eventUuid = uuid.openapi({ example: example.event });
const text = { schema: { type: 'string' as const }, required: true };

const notFound = errorResponse('Event not found, or it has no plan', [noSuchEvent, noSuchPlan]);

const currentRoute = createRoute({
  method: 'get',
  path: `${events}/{uuid}/plan`,
  operationId: 'findEventPlan',
  tags: ['Events'],
  ...withoutToken,
  summary: 'Where the seating plan of an event is',
  description:
    'A redirect to the plan by its hash. An event whose tickets were not made from a plan has none, and neither has one whose tickets are being made from another plan.',
  request: { params: z.object({ uuid: eventUuid }) },
  responses: {
    302: { description: 'The plan is at `Location`', headers: { Location: { ...text, description: 'The plan' } } },
    404: notFound,
    ...commonResponses,
  },
});

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

const byHashRoute = createRoute({
  method: 'get',
  path: `${events}/{uuid}/plan/{hash}`,
  operationId: 'viewEventPlan',
  tags: ['Events'],
  ...withoutToken,
  summary: 'A seating plan, for pages',
  description:
    'Geometry, labels, categories and flags of every place, in the plan’s order, in a compact form. It never changes: keep it for a year.',
  request: {
    params: z.object({ uuid: eventUuid, hash: z.string().openapi({ description: 'As `findEventPlan` tells it' }) }),
  },
  responses: {
    200: {
      ...jsonResponse('The plan', wireSchema),
      headers: { ETag: { ...text, description: 'The hash' } },
    },
    304: { description: 'It is the one that `If-None-Match` names' },
    404: notFound,
    ...commonResponses,
  },
});

const keptFor = 'max-age=31536000, immutable';

/** The plans of events, for everybody. An id that is no uuid names no event. */
export function eventPlanRoutes(deps: { plans: Plans }) {
  const asked = (c: Context<Env, typeof byHashRoute.path>) => {
    const uuid = c.req.param('uuid')?.toLowerCase() ?? '';
    if (!anyUuid.test(uuid)) throw eventNotFound();
    return { actor: actorOf(c.get('caller')), eventUuid: uuid };
  };
  const routes = addUnchecked(createRoutes(), currentRoute, async (c) => {
    const { actor, eventUuid } = asked(c as never);
    const { hash } = await planOfEvent(deps, { actor, eventUuid });
    return replyRaw(c, null, 302, { Location: `${events}/${eventUuid}/plan/${hash}` }) as never;
  });
  return addUnchecked(routes, byHashRoute, async (c) => {
    const { actor, eventUuid } = asked(c as never);
    const { isDraft, hash: current } = await visibleEvent(deps.plans, actor, eventUuid);
    const hash = c.req.param('hash');
    const etag = etagOf(hash);
    let page = current === hash ? knownPlanPage(hash) : undefined;
    if (!page) {
      const plan = await deps.plans.byHash(eventUuid, hash);
      if (!plan) throw planNotFound();
      page = knownPlanPage(hash) ?? planPageOf(hash, plan);
    }
    const headers: Headers = { ETag: etag, 'Cache-Control': `${isDraft ? 'private' : 'public'}, ${keptFor}` };
    if (c.req.header('If-None-Match')?.includes(etag)) return replyRaw(c, null, 304, headers) as never;
    return replyWritten<z.infer<typeof wireSchema>>(c, page, headers) as never;
  });
}
