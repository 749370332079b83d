import { createRoute, z } from '@hono/zod-openapi';
import type { Clock } from '../../../shared/async/clock.ts';
import type { Identities } from '../../../shared/auth/identities.ts';
import { replyHashed, replyTagged } from '../../../shared/http/etag.ts';
import { replyWritten } from '../../../shared/http/reply.ts';
import {
  commonResponses,
  errorResponse,
  jsonResponse,
  parameterResponses,
  unchangedResponses,
  withoutToken,
} from '../../../shared/http/responses.ts';
import { addUnchecked, createRoutes } from '../../../shared/http/routes.ts';
import { anyUuid, example, textInput, uuid, wholeNumber } from '../../../shared/http/schemas.ts';
import { isDraft, mayPreview } from '../domain/event/drafts.ts';
import { eventNotFound, noSuchEvent } from '../domain/event/errors.ts';
import type { EventStore } from '../domain/event/event.ts';
import type { ViewEvent } from '../domain/event/event-views.ts';
import { listEvents } from '../domain/event/list-events.ts';
import { pageOf, pageTag } from '../page/event-page.ts';

import { eventPageSchema, eventSchema } from './event-schemas.ts';
import { lockStatus, locksUnknown, seatsUnchanged, seatsVersion, tagged, versionOf } from './seat-headers.ts';
import { visitors } from './visitor.ts';

const viewRoute = createRoute({
  method: 'get',
  path: '/api/v1/management/events/{uuid}',
  operationId: 'viewEvent',
  tags: ['Events'],
  ...withoutToken,
  summary: 'One event with the live status of every seat',
  description:
    'The event, its venue and performers, and every seat as of this request: one that is held shows as `reserved` until its hold ends. A draft has a page for those who send its organiser’s credentials. An id that is no uuid names no event.',
  request: { params: z.object({ uuid: uuid.openapi({ example: example.event }) }) },
  responses: {
    200: {
      ...jsonResponse('The event', eventSchema),
      headers: z.object({ ...seatsVersion, 'X-Lock-Status': lockStatus }),
    },
    ...seatsUnchanged,
    404: errorResponse('Event not found', [noSuchEvent]),
    ...commonResponses,
  },
});

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/management/events',
  operationId: 'listEvents',
  tags: ['Events'],
  ...withoutToken,
  summary: 'Upcoming events by date',
  description:
    'A page of the events that are to come, the next first, without their seats: `viewEvent` has those. One that is postponed or cancelled stays in its place, with its status; a draft is in no list.',
  request: {
    query: z.object({
      cursor: textInput(2000).optional().openapi({ description: 'The `next_cursor` of the page before' }),
      limit: wholeNumber(1, 100, 20).openapi({ description: 'Most events on the page' }),
    }),
  },
  responses: {
    200: {
      ...jsonResponse('A page of events', eventPageSchema),
      headers: z.object(tagged),
      links: {
        event: { operationId: 'viewEvent', parameters: { uuid: '$response.body#/events/0/uuid' } },
        next: { operationId: 'listEvents', parameters: { cursor: '$response.body#/next_cursor' } },
      },
    },
    ...unchangedResponses(),
    ...parameterResponses,
    ...commonResponses,
  },
});

/** The routes of events. An id that is no uuid names no event, so it is a 404 like any other unknown one. */
export function eventRoutes(deps: {
  view: ViewEvent;
  store: EventStore;
  clock: Clock;
  identities?: Identities | undefined;
}) {
  const visitor = visitors(deps.identities);
  const routes = createRoutes().openapi(listRoute, async (c) => {
    const { events, nextCursor } = await listEvents(deps, c.req.valid('query'));
    return replyHashed(c, { events, next_cursor: nextCursor });
  });

  // The id needs no schema: anything but a uuid is not found. This is the page of a rush.
  return addUnchecked(routes, viewRoute, async (c) => {
    const uuid = c.req.param('uuid').toLowerCase();
    const view = anyUuid.test(uuid) ? await deps.view(uuid) : undefined;
    if (!view) throw eventNotFound();
    const hidden = isDraft(view);
    if (hidden && !mayPreview(view, visitor(c))) throw eventNotFound();
    const headers = versionOf(view.seats);
    // No cache keeps a draft.
    if (hidden) return replyWritten<z.infer<typeof eventSchema>>(c, pageOf(view), headers);
    if (view.locksKnown) return replyTagged<z.infer<typeof eventSchema>>(c, pageTag(view), () => pageOf(view), headers);
    return replyWritten<z.infer<typeof eventSchema>>(c, pageOf(view), { ...headers, ...locksUnknown });
  });
}
