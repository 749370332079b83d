import { createRoute, z } from '@hono/zod-openapi';
import { streamSSE } from 'hono/streaming';
import { AppError } from '../../../shared/errors.ts';
import { errorResponse } from '../../../shared/http/errors.ts';
import { anyUuid } from '../../../shared/http/input.ts';
import type { App } from '../../../shared/http/shell.ts';
import type { LiveSeats } from '../domain/live-seats.ts';
import type { SeatState } from '../domain/seat-board.ts';

const liveRoute = createRoute({
  method: 'get',
  path: '/api/v1/management/events/{uuid}/live',
  summary: 'The changes of an event’s seats as they happen (server-sent events)',
  request: { params: z.object({ uuid: z.string().openapi({ format: 'uuid' }) }) },
  responses: {
    200: {
      description:
        'First an event `taken` with the seats that are not available, then an event `seats` for each change: [{"uuid", "status"}]',
      content: { 'text/event-stream': { schema: z.string() } },
    },
    404: errorResponse('Event not found'),
    503: errorResponse('A needed server is away; repeat after Retry-After'),
  },
});

export type LiveDeps = { live: LiveSeats; closing: AbortSignal; pingMs: number };

/** The live seats. A silent stream is kept open by pings, and ends when the process is told to end. */
export function addLiveRoute(app: App, { live, closing, pingMs }: LiveDeps): void {
  app.openapi(liveRoute, async (c) => {
    const uuid = c.req.valid('param').uuid.toLowerCase();
    const changes: SeatState[][] = [];
    let wake = () => {};
    const watch = anyUuid.test(uuid)
      ? await live.watch(uuid, (seats) => {
          changes.push(seats);
          wake();
        })
      : undefined;
    if (!watch) throw new AppError('event_not_found', 'Event not found');

    // A proxy that gathers answers before it passes them on would keep the changes back (nginx's word for it).
    c.header('X-Accel-Buffering', 'no');
    return streamSSE(c, async (stream) => {
      const end = () => wake();
      stream.onAbort(end);
      closing.addEventListener('abort', end, { once: true });
      try {
        await stream.writeSSE({ event: 'taken', data: JSON.stringify(watch.taken) });
        while (!stream.aborted && !closing.aborted) {
          const seats = changes.shift();
          if (seats) await stream.writeSSE({ event: 'seats', data: JSON.stringify(seats) });
          else if (await nothingFor(pingMs)) await stream.write(': ping\n\n');
        }
      } finally {
        closing.removeEventListener('abort', end);
        watch.stop();
      }
    });

    function nothingFor(ms: number): Promise<boolean> {
      return new Promise((resolve) => {
        const timer = setTimeout(() => resolve(true), ms);
        wake = () => {
          clearTimeout(timer);
          resolve(false);
        };
      });
    }
  });
}
