import { createRoute, z } from '@hono/zod-openapi';
import { actorOf } from '../../../shared/auth/actor.ts';
import { reply, replyEmpty } from '../../../shared/http/reply.ts';
import {
  bearerResponses,
  bodyResponses,
  byBearer,
  commonResponses,
  errorResponse,
  forbiddenResponses,
  jsonBody,
  jsonResponse,
  parameterResponses,
  sentResponses,
} from '../../../shared/http/responses.ts';
import { createRoutes } from '../../../shared/http/routes.ts';
import { currency, dateTime, example, money, uuid, uuidInput } from '../../../shared/http/schemas.ts';
import { codes, offSaleCodes } from '../domain/errors.ts';
import type { Ports } from '../domain/ports.ts';
import { extendReservation } from '../domain/reservation/extend-reservation.ts';
import { findReservation, type ReservationState } from '../domain/reservation/find-reservation.ts';
import type { HeldReservation } from '../domain/reservation/hold-seats.ts';
import { releaseReservation } from '../domain/reservation/release-reservation.ts';
import { conflictMembers } from './conflict.ts';
import { hold, holdSchema } from './hold-input.ts';
import { rateSchema } from './input.ts';
import { amountRefused } from './payment-responses.ts';

const reservationSchema = z
  .object({
    uuid,
    event_uuid: uuid,
    tickets: z.array(z.object({ uuid, seat: z.string().openapi({ example: 'A1' }), price: money, rate: rateSchema })),
    total: money,
    currency,
    status: z.enum(['held', 'released', 'ended']).openapi({ description: '`ended` by time, or by a sale' }),
    expires_at: dateTime.nullable().openapi({ description: 'null unless held' }),
  })
  .openapi('Reservation');

const reservationLinks = {
  view: { operationId: 'viewReservation', parameters: { uuid: '$response.body#/uuid' } },
  extend: { operationId: 'extendReservation', parameters: { uuid: '$response.body#/uuid' } },
  release: { operationId: 'releaseReservation', parameters: { uuid: '$response.body#/uuid' } },
  buy: { operationId: 'placeOrder', description: 'Send `uuid` as `reservation_uuid`' },
};

const reservationResponse = (description: string) => jsonResponse(description, reservationSchema);
const common = { ...bearerResponses, ...commonResponses };
const notFound = errorResponse('Reservation not found', [codes.reservationNotFound]);
const params = z.object({
  uuid: uuidInput.openapi({ description: 'The reservation, as `holdSeats` has told it' }),
});
const path = '/api/v1/booking/reservations/{uuid}';

const reserveRoute = createRoute({
  method: 'post',
  path: '/api/v1/booking/reservations',
  operationId: 'holdSeats',
  tags: ['Reservations'],
  ...byBearer,
  summary: 'Hold several seats of an event, all or none; or the best available ones',
  description:
    'With `ticket_uuids`, just these; with `event_uuid` and `quantity`, the best that are free, beside each other if there are such. Seats can also be named by label (`seats`), or by `places` in the plan of a `plan_hash`. They are held at their prices of now, or those of their rates. Buy them by `placeOrder`.',
  request: {
    body: jsonBody(holdSchema, {
      chosen: {
        summary: 'Two seats that the buyer has chosen',
        value: { user_uuid: example.buyer, ticket_uuids: example.pair },
      },
      best: {
        summary: 'The two best seats',
        value: { user_uuid: example.buyer, event_uuid: example.event, quantity: 2, max_price: 35_000 },
      },
      labelled: {
        summary: 'Two seats by their labels',
        value: { user_uuid: example.buyer, event_uuid: example.event, seats: ['B9', 'B10'] },
      },
    }),
  },
  responses: {
    201: {
      ...reservationResponse(
        'The seats are held until `expires_at`; repeating the request with the same tickets returns the same',
      ),
      headers: { Location: { description: 'The reservation', required: true, schema: { type: 'string' as const } } },
      links: reservationLinks,
    },
    404: errorResponse('Event not found', [codes.eventNotFound]),
    409: errorResponse(
      'Not all of them can be held; or the event is not on sale',
      [
        codes.ticketNotAvailable,
        ...offSaleCodes,
        codes.codeInvalid,
        codes.codeUsedUp,
        codes.rateNotAvailable,
        codes.rateSoldOut,
        codes.planChanged,
        codes.seatStranded,
        codes.tooManyTickets,
      ],
      conflictMembers,
    ),
    422: amountRefused('The total can’t be charged: see `bounds`'),
    ...forbiddenResponses,
    ...bodyResponses,
    ...common,
  },
});

const findRoute = createRoute({
  method: 'get',
  path,
  operationId: 'viewReservation',
  tags: ['Reservations'],
  ...byBearer,
  summary: 'A reservation as it stands now',
  description: 'Its seats and prices, and until when they are held.',
  request: { params },
  responses: { 200: reservationResponse('The reservation'), 404: notFound, ...parameterResponses, ...common },
});

const releaseRoute = createRoute({
  method: 'delete',
  path,
  operationId: 'releaseReservation',
  tags: ['Reservations'],
  ...byBearer,
  summary: 'Give the seats back at once; repeating it changes nothing',
  description: 'Others can have the seats from this moment. Seats that are bought are given back by `refundOrder`.',
  request: { params },
  responses: {
    204: { description: 'The seats are free, and a payment that was under way for them is called off' },
    404: notFound,
    409: errorResponse('The seats are bought: ask for a refund of the order', [codes.reservationSold]),
    ...parameterResponses,
    ...sentResponses,
    ...common,
  },
});

const extendRoute = createRoute({
  method: 'post',
  path: `${path}/extend`,
  operationId: 'extendReservation',
  tags: ['Reservations'],
  ...byBearer,
  summary: 'Hold the seats for the full time once more; once',
  description: 'From this moment on, and not once the event has begun, is cancelled or postponed.',
  request: { params },
  responses: {
    200: reservationResponse('The seats are held until `expires_at`'),
    404: notFound,
    409: errorResponse('Not all of the seats are held any more, the sale has ended, or it was extended before', [
      codes.reservationExpired,
      codes.salesEnded,
      codes.eventCancelled,
      codes.eventPostponed,
      codes.reservationExtended,
    ]),
    ...parameterResponses,
    ...sentResponses,
    ...common,
  },
});

/** Reservations of several seats. */
export function reservationRoutes(ports: Ports) {
  return createRoutes()
    .openapi(reserveRoute, async (c) => {
      const body = c.req.valid('json');
      const held = await hold(ports, actorOf(c.get('caller')), body);
      const shown = toJson({ ...held, state: 'held' });
      return reply(c, shown, 201, { Location: `/api/v1/booking/reservations/${held.uuid}` });
    })
    .openapi(findRoute, async (c) => {
      const request = { actor: actorOf(c.get('caller')), uuid: c.req.valid('param').uuid };
      return reply(c, toJson(await findReservation(ports, request)));
    })
    .openapi(releaseRoute, async (c) => {
      await releaseReservation(ports, { actor: actorOf(c.get('caller')), uuid: c.req.valid('param').uuid });
      return replyEmpty(c, 204);
    })
    .openapi(extendRoute, async (c) => {
      const request = { actor: actorOf(c.get('caller')), uuid: c.req.valid('param').uuid };
      return reply(c, toJson(await extendReservation(ports, request)));
    });
}

const toJson = (reservation: ReservationState | (HeldReservation & { state: 'held' })) => ({
  uuid: reservation.uuid,
  event_uuid: reservation.eventUuid,
  tickets: reservation.tickets.map(({ ticketUuid, seat, price, rate = null }) => ({
    uuid: ticketUuid,
    seat,
    price,
    rate,
  })),
  total: reservation.total,
  currency: reservation.currency,
  status: reservation.state,
  expires_at: reservation.state === 'held' ? new Date(reservation.expiresAt).toISOString() : null,
});
