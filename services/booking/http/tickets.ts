import { createRoute, z } from '@hono/zod-openapi';
import { empty } from '../../../shared/http/answer.ts';
import { bearerResponses, byBearer } from '../../../shared/http/bearer.ts';
import { errorResponse } from '../../../shared/http/errors.ts';
import { uuidSchema } from '../../../shared/http/input.ts';
import type { App } from '../../../shared/http/shell.ts';
import { type ConfirmDeps, confirmTicket } from '../domain/confirm-ticket.ts';
import { type ReserveDeps, reserveTicket } from '../domain/reserve-ticket.ts';

const reserveSchema = z.object({ ticket_uuid: uuidSchema, user_uuid: uuidSchema }).openapi('Reserve');
const confirmSchema = reserveSchema.extend({ payment_method_uuid: uuidSchema }).openapi('Confirm');

const json = <S extends z.ZodType>(schema: S) =>
  ({ required: true, content: { 'application/json': { schema } } }) as const;

const common = {
  ...bearerResponses,
  400: errorResponse('Invalid request payload'),
  500: errorResponse('Internal server error'),
};

const reserveRoute = createRoute({
  method: 'post',
  path: '/api/v1/booking/tickets/reserve',
  ...byBearer,
  summary: 'Hold a ticket for a user; repeating it changes nothing',
  request: { body: json(reserveSchema) },
  responses: {
    200: { description: 'The ticket is held for 15 minutes (TICKET_LOCK_TTL_SECONDS)' },
    409: errorResponse('Ticket is not available for reservation'),
    422: errorResponse('The price can’t be charged: see `bounds`'),
    503: errorResponse('A needed server is away; repeat after Retry-After'),
    ...common,
  },
});

const confirmRoute = createRoute({
  method: 'post',
  path: '/api/v1/booking/tickets/confirm',
  ...byBearer,
  summary: 'Pay for a held ticket; repeating it changes nothing and charges nothing more',
  request: { body: json(confirmSchema) },
  responses: {
    200: { description: 'The ticket is booked for the user' },
    402: errorResponse(
      'Payment was declined, for the `reason` given; or the buyer has an `action` to take. The ticket stays held',
    ),
    409: errorResponse('Ticket is not reserved for this user'),
    422: errorResponse('The price can’t be charged: see `bounds`'),
    503: errorResponse('A needed server is away, or the payment has no answer yet; repeat after Retry-After'),
    ...common,
  },
});

/** The original's two endpoints: hold a ticket, and buy it. */
export function addTicketRoutes(app: App, deps: ReserveDeps & ConfirmDeps): void {
  app.openapi(reserveRoute, async (c) => {
    const { ticket_uuid, user_uuid } = c.req.valid('json');
    await reserveTicket(deps, ticket_uuid, user_uuid, c.get('caller'));
    return empty(c);
  });

  app.openapi(confirmRoute, async (c) => {
    const body = c.req.valid('json');
    const request = {
      ticketUuid: body.ticket_uuid,
      userUuid: body.user_uuid,
      methodUuid: body.payment_method_uuid,
    };
    await confirmTicket(deps, request, c.get('caller'));
    return empty(c);
  });
}
