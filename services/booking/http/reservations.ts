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
import { currency, dateTime, example, money, textInput, uuid, uuidInput } from '../../../shared/http/schemas.ts';
import { codes } from '../domain/errors.ts';
import type { Ports } from '../domain/ports.ts';
import { extendReservation } from '../domain/reservation/extend-reservation.ts';
import { findReservation, type ReservationState } from '../domain/reservation/find-reservation.ts';
import type { HeldReservation } from '../domain/reservation/hold-seats.ts';
import { releaseReservation } from '../domain/reservation/release-reservation.ts';
import { reserveBest } from '../domain/reservation/reserve-best.ts';
import { reserveTickets } from '../domain/reservation/reserve-tickets.ts';
import { conflictMembers } from './conflict.ts';
import { eventUuid, ticketUuid, userUuid } from './input.ts';
import { amountRefused } from './payment-responses.ts';

/** No buyer needs more at once, and a script that takes them all stays short. */
const maxTickets = 50;

/** The message for a body of neither form; for a part of one it names the missing members. */
const eitherForm =
  'must name the seats (ticket_uuids), or an event_uuid and a quantity, for the best that are available';

const chosenSchema = z
  .strictObject({
    user_uuid: userUuid,
    ticket_uuids: z
      .array(ticketUuid, { error: ({ input }) => (input === undefined ? eitherForm : undefined) })
      .min(1)
      .max(maxTickets)
      .refine((uuids) => new Set(uuids).size === uuids.length, 'must name each ticket once')
      .openapi({ uniqueItems: true, example: example.pair }),
  })
  .openapi('ReserveTickets');

const bestSchema = z
  .strictObject({
    user_uuid: userUuid,
    event_uuid: eventUuid,
    quantity: z.int().min(1).max(maxTickets).openapi({ description: 'How many seats', example: 2 }),
    max_price: z
      .int()
      .min(0)
      .optional()
      .openapi({ description: 'Most that one seat may cost, in minor units', example: 35_000 }),
    section: textInput(100)
      .optional()
      .openapi({ description: 'The section by name, such as `101` of the seat `101-C10`; also `Section 101`' }),
  })
  .openapi('ReserveBest');

const reservationSchema = z
  .object({
    uuid,
    event_uuid: uuid,
    tickets: z.array(z.object({ uuid, seat: z.string().openapi({ example: 'A1' }), price: money })),
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
    'With `ticket_uuids`, just these; with `event_uuid` and `quantity`, the best that are free, beside each other if there are such. They are held at their prices of now. Buy them by `placeOrder`.',
  request: {
    body: jsonBody(z.union([chosenSchema, bestSchema]), {
      chosen: {
        summary: 'Two seats that the buyer has chosen',
        value: { user_uuid: example.buyer, ticket_uuids: example.pair },
      },
      best: {
        summary: 'The two best seats',
        value: { user_uuid: example.buyer, event_uuid: example.event, quantity: 2, max_price: 35_000 },
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
      'Not all of them can be held; or the sale has ended',
      [codes.ticketNotAvailable, codes.salesEnded, codes.seatStranded, codes.tooManyTickets],
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
  description: 'From this moment on, and not after the sale has ended.',
  request: { params },
  responses: {
    200: reservationResponse('The seats are held until `expires_at`'),
    404: notFound,
    409: errorResponse('Not all of the seats are held any more, the sale has ended, or it was extended before', [
      codes.reservationExpired,
      codes.salesEnded,
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
      const who = { actor: actorOf(c.get('caller')), userUuid: body.user_uuid };
      const held =
        'ticket_uuids' in body
          ? await reserveTickets(ports, { ...who, ticketUuids: body.ticket_uuids })
          : await reserveBest(ports, {
              ...who,
              eventUuid: body.event_uuid,
              quantity: body.quantity,
              maxPrice: body.max_price,
              section: body.section,
            });
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
  tickets: reservation.tickets.map(({ ticketUuid, seat, price }) => ({ uuid: ticketUuid, seat, price })),
  total: reservation.total,
  currency: reservation.currency,
  status: reservation.state,
  expires_at: reservation.state === 'held' ? new Date(reservation.expiresAt).toISOString() : null,
});
