import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import type { Env } from '../../../shared/http/env.ts';
import { replyTagged } from '../../../shared/http/etag.ts';
import { replyWritten } from '../../../shared/http/reply.ts';
import { commonResponses, errorResponse, withoutToken } from '../../../shared/http/responses.ts';
import { addUnchecked, createRoutes } from '../../../shared/http/routes.ts';
import { anyUuid, example, uuid } from '../../../shared/http/schemas.ts';
import { eventNotFound, noSuchEvent } from '../domain/event/errors.ts';
import type { ViewEvent } from '../domain/event/event-views.ts';
import { seatsJson } from '../page/seats.ts';
import { lockStatus, locksUnknown, seatsUnchanged, seatsVersion, versionOf } from './seat-headers.ts';
import { seatsSchema } from './seats-schema.ts';

const binary = 'application/octet-stream';

const seatsRoute = createRoute({
  method: 'get',
  path: '/api/v1/management/events/{uuid}/seats',
  operationId: 'viewSeats',
  tags: ['Events'],
  ...withoutToken,
  summary: 'The status of every seat of an event, two bits each',
  description:
    'Every seat as of this request, in the order of the event’s tickets, in a few kilobytes: JSON, or for `Accept: ' +
    `${binary}\` the bytes alone, whose version and hash are in headers.`,
  request: { params: z.object({ uuid: uuid.openapi({ example: example.event }) }) },
  responses: {
    200: {
      description: 'The statuses',
      content: {
        'application/json': { schema: seatsSchema },
        [binary]: { schema: z.string().openapi({ format: 'binary' }) },
      },
      headers: z.object({
        ...seatsVersion,
        'X-Seats-Hash': z.string().openapi({ description: 'The `seats_hash`' }),
        'X-Lock-Status': lockStatus,
      }),
    },
    ...seatsUnchanged,
    404: errorResponse('Event not found', [noSuchEvent]),
    ...commonResponses,
  },
});

/** The statuses of all seats of an event, for clients that know the seats. */
export function seatRoutes({ view: viewEvent }: { view: ViewEvent }) {
  return addUnchecked(createRoutes(), seatsRoute, async (c) => {
    const eventUuid = c.req.param('uuid').toLowerCase();
    const view = anyUuid.test(eventUuid) ? await viewEvent(eventUuid) : undefined;
    if (!view) throw eventNotFound();
    const { seats, locksKnown } = view;
    const isBinary = wantsBinary(c);
    const headers = {
      ...versionOf(seats),
      'X-Seats-Hash': seats.seatsHash,
      // The usual ones are replaced by a route's own.
      Vary: varyOf(c),
      ...(isBinary && { 'Content-Type': binary }),
    };
    const body = () => (isBinary ? seats.packed : seatsJson(seats));
    if (!locksKnown) return replyWritten<z.infer<typeof seatsSchema>>(c, body(), { ...headers, ...locksUnknown });
    return replyTagged<z.infer<typeof seatsSchema>>(c, `${seats.version}${isBinary ? 'b' : 'j'}`, body, headers);
  });
}

function varyOf(c: Context<Env>): string {
  const usual = c.get('shared')?.Vary;
  return usual === undefined ? 'Accept' : `${usual}, Accept`;
}

function wantsBinary(c: Context<Env>): boolean {
  if (!c.req.header('Accept')?.includes(binary)) return false;
  const supports = ['application/json', binary];
  return accepts(c, { header: 'Accept', supports, default: 'application/json' }) === binary;
}
