import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { LRUCache } from 'lru-cache';
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
const keptByAll = { 'Cache-Control': `public, ${forGood}` };
const keptByOne = { 'Cache-Control': `private, ${forGood}` };

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
  /** The plans that everybody has been shown: any cache may keep them for a year, so they are looked up no more. */
  const shownToAll = new LRUCache<string, true>({ max: 10_000 });

  function eventOf(c: Context<Env>): Promise<EventPlan> {
    if (!anyUuid.test(uuidOf(c))) throw eventNotFound();
    return visibleEvent(plans, visitor(c), uuidOf(c));
  }

  /** Returns the page of a plan of the event’s venue. */
  async function pageFor(c: Context<Env>, event: EventPlan, hash: string): Promise<Uint8Array> {
    const read = () => plans.byHash(uuidOf(c), hash);
    // A page is known by its hash alone: that another plan than the event’s is of its venue must be found out.
    const other = event.hash === hash ? undefined : await read();
    if (event.hash !== hash && !other) throw planNotFound();
    const page = await planPageOf(hash, async () => {
      const content = other ?? (await read());
      return content === undefined ? undefined : planWork.page(content);
    });
    if (!page) throw planNotFound();
    return page;
  }

  const send = async (c: Context<Env>, hash: string, page: Uint8Array, headers: Headers) =>
    (await replyTagged<z.infer<typeof wireSchema>>(c, hash, () => page, headers)) as never;

  const routes = addUnchecked(createRoutes(), currentRoute, async (c) => {
    const event = await eventOf(c as never);
    const { hash } = event;
    if (hash === null) throw eventHasNoPlan();
    const headers = { 'Content-Location': `${events}/${uuidOf(c as never)}/plan/${hash}` };
    return send(c as never, hash, await pageFor(c as never, event, hash), headers);
  });
  return addUnchecked(routes, byHashRoute, async (c) => {
    const hash = c.req.param('hash');
    const name = `${uuidOf(c as never)}/${hash}`;
    const known = shownToAll.get(name) && knownPlanPage(hash);
    if (known) return send(c as never, hash, known, keptByAll);
    const event = await eventOf(c as never);
    if (!planHash.test(hash)) throw planNotFound();
    const page = await pageFor(c as never, event, hash);
    if (event.isDraft) return send(c as never, hash, page, keptByOne);
    shownToAll.set(name, true);
    return send(c as never, hash, page, keptByAll);
  });
}

const uuidOf = (c: Context<Env>): string => c.req.param('uuid')?.toLowerCase() ?? '';
