import { createRoute, z } from '@hono/zod-openapi';
import { actorOf } from '../../../shared/auth/actor.ts';
import type { AuthorOf } from '../../../shared/http/author.ts';
import { takeBody } from '../../../shared/http/body.ts';
import { httpErrors } from '../../../shared/http/http-errors.ts';
import { reply } from '../../../shared/http/reply.ts';
import { byBearer, errorResponse, jsonBody, jsonResponse, parameterResponses } from '../../../shared/http/responses.ts';
import { createRoutes } from '../../../shared/http/routes.ts';
import { uuid } from '../../../shared/http/schemas.ts';
import { noSuchEvent } from '../domain/event/errors.ts';
import { codes } from '../domain/offer/errors.ts';
import { findOffer, findOperation } from '../domain/offer/find-offer.ts';
import type { OfferRunner } from '../domain/offer/offer-runner.ts';
import { putOffer } from '../domain/offer/put-offer.ts';
import type { OfferPorts } from '../domain/offer/run-offer.ts';
import { params, prefix } from './input.ts';
import { offerInput, offerJson, offerOf, offerSchema, operationJson, operationSchema } from './offer-schemas.ts';
import { faultMembers } from './plans.ts';
import { changeResponses, organiserResponses } from './responses.ts';

/** The labels of all that is held back may be many. */
export const maxOfferBytes = 4 * 1024 * 1024;
/** The paths of offers and prices, whose bodies may be so long. */
export const isOfferBody = (path: string): boolean => path.endsWith('/offer') || path.endsWith('/prices');

export const eventParams = params('The event, as `createEvent` has told it');
export const bodyTooLong = { 413: errorResponse('The body is longer than 4 MiB', [httpErrors.payloadTooLarge]) };
export const underWayMembers = {
  operation_uuid: uuid.optional().openapi({ description: 'The operation that is under way' }),
};

const offerPath = `${prefix}/events/{uuid}/offer`;
const operations = `${prefix}/operations`;

const location = {
  Location: { description: 'The operation', required: true, schema: { type: 'string' as const } },
};
const links = {
  operation: { operationId: 'viewOfferOperation', parameters: { uuid: '$response.body#/operation/uuid' } },
};

const putRoute = createRoute({
  method: 'put',
  path: offerPath,
  operationId: 'putOffer',
  tags: ['Offers'],
  ...byBearer,
  summary: 'Make an event’s tickets from a seating plan',
  description:
    'Prices by category, rates, and what is held back. The tickets are made beside the request: `operation` tells how far. The same offer again changes nothing. A changed one changes the prices, adds the plan’s new seats and deletes those that it no longer has; a hold and an order keep their prices, and a seat that comes free again sells at the new one. A hold-back that was released stays so.',
  request: {
    params: eventParams,
    body: jsonBody(offerInput, {
      usual: {
        summary: 'Adults and children, and what is not for sale yet',
        value: {
          plan_uuid: '0f8fad5b-d9cb-469f-a165-70867728950e',
          prices: { Stalls: 4500, Balcony: 3000 },
          rates: [{ name: 'Child', prices: { Stalls: 2000 }, max_tickets: 50 }],
          hold_backs: [
            { name: 'Sponsor', seats: ['A3', 'A4'] },
            { name: 'Wheelchairs', flags: ['accessible'], with_companions: true, release_at: '2027-05-01T09:00:00Z' },
          ],
        },
      },
    }),
  },
  middleware: takeBody(maxOfferBytes),
  responses: {
    200: { ...jsonResponse('The event has this offer already', offerSchema), links },
    202: { ...jsonResponse('Its tickets are being made', offerSchema), headers: location, links },
    404: errorResponse('Event not found', [noSuchEvent]),
    409: errorResponse(
      'Nothing has changed: the event is cancelled, another offer is under way (repeat after Retry-After), or `seats` were sold or are held and would vanish',
      [codes.eventCancelled, codes.offerUnderWay, codes.offerConflict],
      {
        ...underWayMembers,
        seats: z.array(z.string()).optional().openapi({ description: 'Some of the seats in the way, by label' }),
        tickets: z
          .array(z.object({ uuid, seat: z.string() }))
          .optional()
          .openapi({ description: 'Their tickets' }),
        count: z.int().optional().openapi({ description: 'How many there are' }),
      },
    ),
    422: errorResponse('The offer has faults, and nothing has changed', [codes.offerInvalid], faultMembers),
    ...changeResponses,
    ...bodyTooLong,
  },
});

const findRoute = createRoute({
  method: 'get',
  path: offerPath,
  operationId: 'viewOffer',
  tags: ['Offers'],
  ...byBearer,
  summary: 'The offer of an event',
  description: 'As it was put last, and how far its tickets are made.',
  request: { params: eventParams },
  responses: {
    200: { ...jsonResponse('The offer', offerSchema), links },
    404: errorResponse('Event not found, or its tickets are from no offer', [noSuchEvent, codes.offerNotFound]),
    ...parameterResponses,
    ...organiserResponses,
  },
});

const operationRoute = createRoute({
  method: 'get',
  path: `${operations}/{uuid}`,
  operationId: 'viewOfferOperation',
  tags: ['Offers'],
  ...byBearer,
  summary: 'How far the tickets of an offer are made',
  description: 'An operation goes on when the process that began it has died.',
  request: { params: params('The operation, as `putOffer` has told it') },
  responses: {
    200: jsonResponse('The operation', operationSchema),
    404: errorResponse('Operation not found', [codes.operationNotFound]),
    ...parameterResponses,
    ...organiserResponses,
  },
});

/** The offers of events. */
export function offerRoutes(deps: OfferPorts & { runner: OfferRunner; authorOf: AuthorOf }) {
  return createRoutes()
    .openapi(putRoute, async (c) => {
      const body = c.req.valid('json');
      const request = { eventUuid: c.req.valid('param').uuid, planUuid: body.plan_uuid, offer: offerOf(body) };
      const { operation, running } = await putOffer(deps, deps.authorOf(c), request);
      if (running) deps.runner.start(running);
      if (operation.status === 'succeeded') return reply(c, offerJson(operation), 200);
      return reply(c, offerJson(operation), 202, { Location: `${operations}/${operation.uuid}` });
    })
    .openapi(findRoute, async (c) => {
      const request = { actor: actorOf(c.get('caller')), eventUuid: c.req.valid('param').uuid };
      return reply(c, offerJson(await findOffer(deps, request)), 200);
    })
    .openapi(operationRoute, async (c) => {
      const request = { actor: actorOf(c.get('caller')), uuid: c.req.valid('param').uuid };
      return reply(c, operationJson(await findOperation(deps, request)), 200);
    });
}
