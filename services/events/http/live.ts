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
    'told before. A stream that ends is to be opened again after its `retry`. Each begins with a `taken` of its own, so ' +
    '`Last-Event-ID` makes no difference.',
  request: {
    params: z.object({ uuid: uuid.openapi({ example: example.event }) }),
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
 * exist is a 404.
 */
export function liveRoutes({ live, pingMs, patienceMs, random = Math.random }: LiveDeps) {
  return addUnchecked(createRoutes(), liveRoute, async (c) => {
    const uuid = c.req.param('uuid').toLowerCase();
    const mayExist = anyUuid.test(uuid) && (await live.mayExist(uuid, patienceMs));
    if (!mayExist) throw eventNotFound();
    if (c.req.method === 'HEAD') return replyRaw(c, null, 200, headers);
    const retryMs = retry.fromMs + Math.floor(random() * retry.spreadMs);
    return replyRaw(c, liveStream({ watch: () => live.watch(uuid), pingMs, retryMs }), 200, headers);
  });
}
