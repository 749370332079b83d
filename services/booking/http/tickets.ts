import { createRoute, z } from '@hono/zod-openapi';
import { actorOf } from '../../../shared/auth/actor.ts';
import { replyEmpty } from '../../../shared/http/reply.ts';
import {
  bearerResponses,
  bodyResponses,
  byBearer,
  commonResponses,
  errorResponse,
  forbiddenResponses,
  jsonBody,
} from '../../../shared/http/responses.ts';
import { createRoutes } from '../../../shared/http/routes.ts';
import { example, uuid } from '../../../shared/http/schemas.ts';
import { codes, offSaleCodes } from '../domain/errors.ts';
import { confirmTicket } from '../domain/order/confirm-ticket.ts';
import type { Ports } from '../domain/ports.ts';
import { reserveTicket } from '../domain/reservation/reserve-ticket.ts';
import { notYetMembers } from './conflict.ts';
import { methodUuid, ticketUuid, userUuid } from './input.ts';
import { amountRefused, declineMembers, notPaid, paymentActionSchema, paymentUnanswered } from './payment-responses.ts';

const reserveSchema = z.object({ ticket_uuid: ticketUuid, user_uuid: userUuid }).openapi('Reserve');
const confirmSchema = reserveSchema.extend({ payment_method_uuid: methodUuid }).openapi('Confirm');

const hint = {
  hint: z.string().optional().openapi({ description: 'What to do when the event is not on sale' }),
  ...notYetMembers,
};

const common = { ...bearerResponses, ...forbiddenResponses, ...bodyResponses, ...commonResponses };

const reserveRoute = createRoute({
  method: 'post',
  path: '/api/v1/booking/tickets/reserve',
  operationId: 'reserveTicket',
  tags: ['Tickets'],
  ...byBearer,
  summary: 'Hold a ticket for a user; repeating it changes nothing',
  description:
    'The first to ask holds the ticket, at its price of now, until the time of the hold is over. Pay for it by `confirmTicket`.',
  request: { body: jsonBody(reserveSchema) },
  responses: {
    200: { description: 'The ticket is held, by default for 15 minutes (TICKET_LOCK_TTL_SECONDS)' },
    409: errorResponse(
      'Ticket is not available for reservation',
      [codes.ticketNotAvailable, ...offSaleCodes, codes.tooManyTickets],
      hint,
    ),
    422: amountRefused('The price can’t be charged: see `bounds`'),
    ...common,
  },
});

const purchase = { ticket_uuid: example.seat, user_uuid: example.buyer };

const confirmRoute = createRoute({
  method: 'post',
  path: '/api/v1/booking/tickets/confirm',
  operationId: 'confirmTicket',
  tags: ['Tickets'],
  ...byBearer,
  summary: 'Pay for a held ticket; repeating it changes nothing and charges nothing more',
  description:
    'Takes the price that the ticket had when it was held, and books it. After a 402 the ticket is still held, and the request may be made again with another payment method, or once the buyer has approved.',
  request: {
    body: jsonBody(confirmSchema, {
      declined: {
        summary: 'A card that the sandbox declines',
        value: { ...purchase, payment_method_uuid: example.method.declined },
      },
      paid: { summary: 'A card that pays', value: { ...purchase, payment_method_uuid: example.method.pays } },
    }),
  },
  responses: {
    200: { description: 'The ticket is booked for the user' },
    402: errorResponse(
      'Payment was declined, for the `reason` given; or the buyer has an `action` to take. The ticket stays held',
      [codes.paymentDeclined, codes.paymentRequiresAction],
      {
        ...declineMembers,
        order_uuid: uuid.optional().openapi({ description: 'The order that waits for its buyer' }),
        action: paymentActionSchema.optional(),
      },
    ),
    409: errorResponse('Ticket is not reserved for this user', [codes.ticketNotReserved, ...offSaleCodes], hint),
    422: amountRefused('The price can’t be charged: see `bounds`'),
    ...common,
    503: paymentUnanswered('A needed server is away, or the payment has no answer yet; repeat after Retry-After'),
  },
});

/** The original's two endpoints: hold a ticket, and buy it. */
export function ticketRoutes(ports: Ports) {
  return createRoutes()
    .openapi(reserveRoute, async (c) => {
      const { ticket_uuid, user_uuid } = c.req.valid('json');
      const actor = actorOf(c.get('caller'));
      await reserveTicket(ports, { actor, ticketUuid: ticket_uuid, userUuid: user_uuid });
      return replyEmpty(c);
    })
    .openapi(confirmRoute, async (c) => {
      const body = c.req.valid('json');
      const completion = await confirmTicket(ports, {
        actor: actorOf(c.get('caller')),
        ticketUuid: body.ticket_uuid,
        userUuid: body.user_uuid,
        methodUuid: body.payment_method_uuid,
      });
      if (completion.is !== 'paid') throw notPaid(completion);
      return replyEmpty(c);
    });
}
