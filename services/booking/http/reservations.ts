import { createRoute, z } from '@hono/zod-openapi';
import { bearerResponses, byBearer } from '../../../shared/http/bearer.ts';
import { errorResponse } from '../../../shared/http/errors.ts';
import { headersOf } from '../../../shared/http/headers.ts';
import { textInput, uuidSchema } from '../../../shared/http/input.ts';
import type { App } from '../../../shared/http/shell.ts';
import {
  extendReservation,
  findReservation,
  type ManageReservationDeps,
  type ReservationState,
  releaseReservation,
} from '../domain/manage-reservation.ts';
import {
  type HeldReservation,
  type ReserveTicketsDeps,
  reserveBest,
  reserveTickets,
} from '../domain/reserve-tickets.ts';
import { conflictSchema } from './conflict.ts';

/** No buyer needs more at once, and a script that takes them all stays short. */
const mostTickets = 50;

const chosenSchema = z
  .strictObject({
    user_uuid: uuidSchema,
    ticket_uuids: z
      .array(uuidSchema)
      .min(1)
      .max(mostTickets)
      .refine((uuids) => new Set(uuids).size === uuids.length, 'must name each ticket once'),
  })
  .openapi('ReserveTickets');

const bestSchema = z
  .strictObject({
    user_uuid: uuidSchema,
    event_uuid: uuidSchema,
    quantity: z.int().min(1).max(mostTickets),
    max_price: z.int().min(0).optional().openapi({ description: 'Most that one seat may cost, in minor units' }),
    section: textInput(100).optional().openapi({ example: '101' }),
  })
  .openapi('ReserveBest');

const uuid = z.string().openapi({ format: 'uuid' });
const money = z.int().openapi({ description: 'Minor units of the currency', example: 35_000 });

const reservationSchema = z
  .object({
    uuid,
    event_uuid: uuid,
    tickets: z.array(z.object({ uuid, seat: z.string().openapi({ example: 'A1' }), price: money })),
    total: money,
    currency: z.string().openapi({ description: 'ISO 4217', example: 'USD' }),
    status: z.enum(['held', 'released', 'ended']).openapi({ description: '`ended` by time, or by a sale' }),
    expires_at: z.string().nullable().openapi({ format: 'date-time', description: 'null unless held' }),
  })
  .openapi('Reservation');

const answer = (description: string) => ({
  description,
  content: { 'application/json': { schema: reservationSchema } },
});
const conflict = {
  description: 'Not all of them can be held; or the sale has ended',
  content: { 'application/json': { schema: conflictSchema } },
};
const common = {
  ...bearerResponses,
  400: errorResponse('Invalid request payload'),
  500: errorResponse('Internal server error'),
  503: errorResponse('A needed server is away; repeat after Retry-After'),
};
const notFound = errorResponse('Reservation not found');
const params = z.object({ uuid: uuidSchema });
const path = '/api/v1/booking/reservations/{uuid}';

const reserveRoute = createRoute({
  method: 'post',
  path: '/api/v1/booking/reservations',
  ...byBearer,
  summary: 'Hold several seats of an event, all or none; or the best available ones',
  request: {
    body: { required: true, content: { 'application/json': { schema: z.union([chosenSchema, bestSchema]) } } },
  },
  responses: {
    201: answer('The seats are held until `expires_at`; repeating the request with the same tickets answers the same'),
    404: errorResponse('Event not found'),
    409: conflict,
    422: errorResponse('The total can’t be charged: see `bounds`'),
    ...common,
  },
});

const findRoute = createRoute({
  method: 'get',
  path,
  ...byBearer,
  summary: 'A reservation as it stands now',
  request: { params },
  responses: { 200: answer('The reservation'), 404: notFound, ...common },
});

const releaseRoute = createRoute({
  method: 'delete',
  path,
  ...byBearer,
  summary: 'Give the seats back at once; repeating it changes nothing',
  request: { params },
  responses: {
    204: { description: 'The seats are free, and a payment that was under way for them is called off' },
    404: notFound,
    409: errorResponse('The seats are bought: ask for a refund of the order'),
    ...common,
  },
});

const extendRoute = createRoute({
  method: 'post',
  path: `${path}/extend`,
  ...byBearer,
  summary: 'Hold the seats for the full time once more; once',
  request: { params },
  responses: { 200: answer('The seats are held until `expires_at`'), 404: notFound, 409: conflict, ...common },
});

/** Reservations of several seats. */
export function addReservationRoutes(app: App, deps: ReserveTicketsDeps & ManageReservationDeps): void {
  app.openapi(reserveRoute, async (c) => {
    const body = c.req.valid('json');
    const caller = c.get('caller');
    const userUuid = body.user_uuid;
    const held =
      'ticket_uuids' in body
        ? await reserveTickets(deps, { userUuid, ticketUuids: body.ticket_uuids }, caller)
        : await reserveBest(
            deps,
            {
              userUuid,
              eventUuid: body.event_uuid,
              quantity: body.quantity,
              maxPrice: body.max_price,
              section: body.section,
            },
            caller,
          );
    const shown = toJson({ ...held, state: 'held' });
    return c.json(shown, 201, { ...headersOf(c), Location: `/api/v1/booking/reservations/${held.uuid}` });
  });

  app.openapi(findRoute, async (c) => {
    const state = await findReservation(deps, c.req.valid('param').uuid, c.get('caller'));
    return c.json(toJson(state), 200, headersOf(c));
  });

  app.openapi(releaseRoute, async (c) => {
    await releaseReservation(deps, c.req.valid('param').uuid, c.get('caller'));
    return c.body(null, 204, headersOf(c));
  });

  app.openapi(extendRoute, async (c) => {
    const state = await extendReservation(deps, c.req.valid('param').uuid, c.get('caller'));
    return c.json(toJson(state), 200, headersOf(c));
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
