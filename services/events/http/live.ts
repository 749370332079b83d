import { createRoute, z } from '@hono/zod-openapi';
import { replyRaw } from '../../../shared/http/reply.ts';
import { commonResponses, errorResponse, withoutToken } from '../../../shared/http/responses.ts';
import { addUnchecked, createRoutes } from '../../../shared/http/routes.ts';
import { anyUuid, example, uuid } from '../../../shared/http/schemas.ts';
import { eventNotFound, noSuchEvent } from '../domain/event/errors.ts';
import type { LiveSeats } from '../domain/live/live-seats.ts';
import { liveMessageSchema } from './live-schemas.ts';
import { liveStream } from './live-stream.ts';

const liveRoute = createRoute({
  method: 'get',
  path: '/api/v1/management/events/{uuid}/live',
  operationId: 'watchEvent',
  tags: ['Events'],
  ...withoutToken,
  summary: 'The changes of an event’s seats as they happen (server-sent events)',
  description:
    'Made for EventSource. A stream begins with `taken`, then tells `seats` for each change. While the servers behind it ' +
    'are away it says `unavailable` and stays open; `taken` comes again when they are back, and replaces all that was ' +
    'told before. A stream that ends is to be opened again after its `retry`. An `id` is the version of the seats, as ' +
    '`viewSeats` and `viewEvent` tell it: with that in `Last-Event-ID`, or in `since`, a stream begins with `seats`, ' +
    'what has changed since then, if the version is known here and not too old.',
  request: {
    params: z.object({ uuid: uuid.openapi({ example: example.event }) }),
    query: z.object({
      since: z
        .string()
        .optional()
        .openapi({ description: 'The version that the client has; `Last-Event-ID` goes before' }),
      by: z.enum(['uuid', 'index']).optional().openapi({
        description: 'How seats are named; `index`: by their place in the plan’s order, all of them as in `viewSeats`',
      }),
    }),
    headers: z.object({
      'Last-Event-ID': z
        .string()
        .optional()
        .openapi({ description: 'The `id` that was heard last; EventSource sends it' }),
    }),
  },
  responses: {
    200: {
      description:
        'Server-sent events, each of one of these; `data` is one line of JSON. Comments keep a silent stream open',
      content: { 'text/event-stream': { schema: liveMessageSchema } },
    },
    404: errorResponse('Event not found', [noSuchEvent]),
    431: commonResponses[431],
    500: commonResponses[500],
  },
});

export type LiveDeps = {
  live: LiveSeats;
  /** A silent stream sends a comment this often. */
  pingMs: number;
  /** How long a request may wait for the check that there is such an event. */
  patienceMs: number;
  /** From 0 to below 1. */
  random?: (() => number) | undefined;
};

/** Clients of a process that ended reconnect spread over so long. */
const retry = { fromMs: 1000, spreadMs: 9000 };

const headers = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache',
  // A proxy that buffers responses would delay the changes (nginx reads this header).
  'X-Accel-Buffering': 'no',
};

/**
 * The live seats. An EventSource gives up for good on any status but 200, so only an event that certainly does not
 * exist is a 404: an unknown version is told all seats, and an unknown form their uuids.
 */
export function liveRoutes({ live, pingMs, patienceMs, random = Math.random }: LiveDeps) {
  return addUnchecked(createRoutes(), liveRoute, async (c) => {
    const uuid = c.req.param('uuid').toLowerCase();
    const mayExist = anyUuid.test(uuid) && (await live.mayExist(uuid, patienceMs));
    if (!mayExist) throw eventNotFound();
    if (c.req.method === 'HEAD') return replyRaw(c, null, 200, headers);
    const retryMs = retry.fromMs + Math.floor(random() * retry.spreadMs);
    const by = c.req.query('by') === 'index' ? 'index' : 'uuid';
    const since = c.req.header('Last-Event-ID') || c.req.query('since');
    return replyRaw(c, liveStream({ watch: () => live.watch(uuid, { by, since }), pingMs, retryMs }), 200, headers);
  });
}
