import { createRoute, z } from '@hono/zod-openapi';
import { actorOf } from '../../../shared/auth/actor.ts';
import type { AuthorOf } from '../../../shared/http/author.ts';
import { reply } from '../../../shared/http/reply.ts';
import { byBearer, errorResponse, jsonResponse, parameterResponses } from '../../../shared/http/responses.ts';
import { createRoutes } from '../../../shared/http/routes.ts';
import { dateTime, uuid } from '../../../shared/http/schemas.ts';
import { noSuchEvent } from '../domain/event/errors.ts';
import { codes } from '../domain/offer/errors.ts';
import { type HoldBackPorts, type HoldBackState, listHoldBacks, releaseHoldBack } from '../domain/offer/hold-backs.ts';
import type { Offers } from '../domain/offer/offer.ts';
import { params, prefix } from './input.ts';
import { eventParams } from './offers.ts';
import { deleteResponses, organiserResponses } from './responses.ts';

const holdBackSchema = z
  .object({
    uuid,
    event_uuid: uuid,
    name: z.string(),
    seats: z.int().openapi({ description: 'How many seats it keeps from the sale' }),
    release_at: dateTime.nullable(),
    released_at: dateTime.nullable().openapi({ description: 'Since when its seats are for sale' }),
  })
  .openapi('HoldBack');

const listRoute = createRoute({
  method: 'get',
  path: `${prefix}/events/{uuid}/hold-backs`,
  operationId: 'listHoldBacks',
  tags: ['Offers'],
  ...byBearer,
  summary: 'The hold-backs of an event',
  description: 'Those of its offer, with how many seats each still keeps from the sale.',
  request: { params: eventParams },
  responses: {
    200: {
      ...jsonResponse('The hold-backs', z.object({ hold_backs: z.array(holdBackSchema) }).openapi('HoldBackList')),
      links: { release: { operationId: 'releaseHoldBack', parameters: { uuid: '$response.body#/hold_backs/0/uuid' } } },
    },
    404: errorResponse('Event not found', [noSuchEvent]),
    ...parameterResponses,
    ...organiserResponses,
  },
});

const releaseRoute = createRoute({
  method: 'post',
  path: `${prefix}/hold-backs/{uuid}/release`,
  operationId: 'releaseHoldBack',
  tags: ['Offers'],
  ...byBearer,
  summary: 'Put the seats of a hold-back on sale',
  description: 'Once and for all; again it changes nothing, so it needs no Idempotency-Key.',
  request: { params: params('The hold-back, as `listHoldBacks` tells it') },
  responses: {
    200: jsonResponse('The hold-back, which keeps no seat any more', holdBackSchema),
    404: errorResponse('Hold-back not found', [codes.holdBackNotFound]),
    ...parameterResponses,
    ...deleteResponses,
  },
});

/** The hold-backs of events. */
export function holdBackRoutes(deps: HoldBackPorts & { offers: Offers; authorOf: AuthorOf }) {
  return createRoutes()
    .openapi(listRoute, async (c) => {
      const request = { actor: actorOf(c.get('caller')), eventUuid: c.req.valid('param').uuid };
      return reply(c, { hold_backs: (await listHoldBacks(deps, request)).map(toJson) }, 200);
    })
    .openapi(releaseRoute, async (c) =>
      reply(c, toJson(await releaseHoldBack(deps, deps.authorOf(c), c.req.valid('param').uuid)), 200),
    );
}

const toJson = ({ uuid, eventUuid, name, seats, releaseAt, releasedAt }: HoldBackState) => ({
  uuid,
  event_uuid: eventUuid,
  name,
  seats,
  release_at: releaseAt,
  released_at: releasedAt,
});
