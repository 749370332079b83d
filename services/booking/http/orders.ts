import { createRoute, z } from '@hono/zod-openapi';
import { actorOf, uuidOf } from '../../../shared/auth/actor.ts';
import type { AuthorOf } from '../../../shared/http/author.ts';
import { givenAgain, idempotent, keyHeader, madeHeaders } from '../../../shared/http/idempotent.ts';
import { reply } from '../../../shared/http/reply.ts';
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
} from '../../../shared/http/responses.ts';
import { createRoutes } from '../../../shared/http/routes.ts';
import { uuidInput, wholeNumber } from '../../../shared/http/schemas.ts';
import { keyReused, requestInProgress } from '../../../shared/idempotency/idempotency.ts';
import { codes } from '../domain/errors.ts';
import { createOrder } from '../domain/order/create-order.ts';
import { findOrder, listOrders } from '../domain/order/find-order.ts';
import type { Ports } from '../domain/ports.ts';
import { checkRefundable, refundOrder } from '../domain/refund/refund-order.ts';
import { ownReservation } from '../domain/reservation/find-reservation.ts';
import { conflictMembers } from './conflict.ts';
import { methodUuid, userUuid } from './input.ts';
import { orderSchema, orderToJson, refundSchema, refundToJson } from './order-json.ts';
import { amountRefused, declineMembers, notPaid, paymentUnanswered } from './payment-responses.ts';

const orderHeaders = madeHeaders('The order, as it stands now');

const orderLinks = {
  view: { operationId: 'viewOrder', parameters: { uuid: '$response.body#/uuid' } },
  refund: { operationId: 'refundOrder', parameters: { uuid: '$response.body#/uuid' } },
};

const orderResponse = (description: string) => jsonResponse(description, orderSchema);
const common = { ...bearerResponses, ...commonResponses };
const notFound = errorResponse('Order not found', [codes.orderNotFound]);
const params = z.object({ uuid: uuidInput.openapi({ description: 'The order, as `placeOrder` has told it' }) });

const path = '/api/v1/booking/orders';

const orderRoute = createRoute({
  method: 'post',
  path,
  operationId: 'placeOrder',
  tags: ['Orders'],
  ...byBearer,
  summary: 'Buy the seats of a reservation',
  description:
    'Charges the sum of the reservation’s prices, once, and books its seats. Repeat a request whose response was lost, a 202 and a 503 under the same key: it carries on.',
  request: {
    headers: keyHeader('b7a3c1de-52f4-4c1e-9d0b-6f2a8e4c7d15'),
    body: jsonBody(
      z
        .strictObject({
          reservation_uuid: uuidInput.openapi({ description: 'The reservation, as `holdSeats` has told it' }),
          payment_method_uuid: methodUuid,
        })
        .openapi('CreateOrder'),
    ),
  },
  responses: {
    201: { ...orderResponse('The seats are paid and booked'), headers: orderHeaders, links: orderLinks },
    202: {
      ...orderResponse(
        'Not paid yet: the buyer has an `action` to take, or the provider has not answered; `Location` tells what became of it',
      ),
      headers: orderHeaders,
      links: orderLinks,
    },
    402: givenAgain(
      errorResponse(
        'Payment was declined, for the `reason` given; the seats stay held',
        [codes.paymentDeclined],
        declineMembers,
      ),
    ),
    404: errorResponse('Reservation not found', [codes.reservationNotFound]),
    409: givenAgain(
      errorResponse(
        'The seats are held no more, some of them (`conflicts`) are gone or sold, the event is off sale, or the same request is being answered',
        [
          codes.reservationExpired,
          codes.ticketNotAvailable,
          codes.salesEnded,
          codes.eventCancelled,
          codes.eventPostponed,
          requestInProgress,
        ],
        conflictMembers,
      ),
    ),
    422: givenAgain(
      amountRefused(
        'The total can’t be charged (see `bounds`), or the Idempotency-Key belongs to another request',
        keyReused,
      ),
    ),
    ...bodyResponses,
    ...common,
    503: paymentUnanswered('A needed server is away, or another payment is under way; repeat after Retry-After'),
  },
});

const findRoute = createRoute({
  method: 'get',
  path: `${path}/{uuid}`,
  operationId: 'viewOrder',
  tags: ['Orders'],
  ...byBearer,
  summary: 'An order as it stands now',
  description:
    'Its tickets and prices, whether it is paid, and what its buyer must do before; to its buyer, and to the organiser of its event.',
  request: { params },
  responses: {
    200: orderResponse('The order'),
    404: notFound,
    ...forbiddenResponses,
    ...parameterResponses,
    ...common,
  },
});

const listRoute = createRoute({
  method: 'get',
  path,
  operationId: 'listOrders',
  tags: ['Orders'],
  ...byBearer,
  summary: 'A user’s orders, the newest first',
  description:
    'A page of them, those that have failed too. An organiser lists those of its own events, and the platform’s all.',
  request: {
    query: z.object({
      user_uuid: userUuid,
      cursor: uuidInput.optional().openapi({ description: 'The `next_cursor` of the page before' }),
      limit: wholeNumber(1, 100, 20).openapi({ description: 'Most orders on the page' }),
    }),
  },
  responses: {
    200: jsonResponse(
      'A page of orders',
      z
        .object({
          orders: z.array(orderSchema),
          next_cursor: z.string().nullable().openapi({ description: 'Pass it as `cursor`; null on the last page' }),
        })
        .openapi('OrderPage'),
    ),
    ...forbiddenResponses,
    ...parameterResponses,
    ...common,
  },
});

const refundResponse = (description: string) => ({
  ...jsonResponse(description, refundSchema),
  headers: orderHeaders,
});

const refundRoute = createRoute({
  method: 'post',
  path: `${path}/{uuid}/refunds`,
  operationId: 'refundOrder',
  tags: ['Orders'],
  ...byBearer,
  summary: 'Give an order back, or some of its tickets',
  description:
    'By its buyer until the event begins and the time to give it back is over (REFUND_WINDOW), or by the organiser of the event at any time. The tickets are for sale again at once. An organiser who asks for tickets whose refund has failed has that refund made again.',
  request: {
    params,
    headers: keyHeader('e94d06b2-1c7f-4a38-8b5e-30f7d2a96c41'),
    body: jsonBody(
      z
        .strictObject({
          user_uuid: userUuid.openapi({
            description:
              'Who asks: the buyer, or an organiser; where tokens are checked, the `sub` of the token. An API key (`sell`) names the buyer',
          }),
          ticket_uuids: z
            .array(uuidInput)
            .min(1)
            .max(50)
            .optional()
            .openapi({ description: 'Tickets of the order; all, if absent' }),
        })
        .openapi('CreateRefund'),
    ),
  },
  responses: {
    201: refundResponse('The tickets are available again, and the money is on its way back'),
    202: refundResponse('The tickets are available again; the payment provider has not answered yet'),
    404: notFound,
    409: givenAgain(
      errorResponse('The order cannot be given back (any more), or the same request is being answered', [
        codes.orderNotRefundable,
        codes.eventBegun,
        requestInProgress,
      ]),
    ),
    422: errorResponse('The Idempotency-Key belongs to another request', [keyReused]),
    ...forbiddenResponses,
    ...bodyResponses,
    ...common,
  },
});

/** Orders of reservations: buy one, read it, and give it back. */
export function orderRoutes(ports: Ports, authorOf: AuthorOf) {
  return createRoutes()
    .openapi(orderRoute, async (c) => {
      const body = c.req.valid('json');
      const actor = actorOf(c.get('caller'));
      const reservation = await ownReservation(ports, { actor, uuid: body.reservation_uuid });
      const key = c.req.valid('header')['idempotency-key'];
      const request = { scope: reservation.userUuid, key, about: `POST ${path}`, body };
      return idempotent(c, ports.idempotencyKeys, request, async (_, earlier) => {
        const before = earlier?.slice(path.length + 1);
        const wanted = { actor, reservation, methodUuid: body.payment_method_uuid, before };
        const purchase = await createOrder(ports, wanted);
        if (purchase.is !== 'placed') throw notPaid(purchase);
        const { order } = purchase;
        const status = order.status === 'pending' ? 202 : 201;
        return { status, json: orderToJson(order), location: `${path}/${order.uuid}` };
      });
    })
    .openapi(refundRoute, async (c) => {
      const body = c.req.valid('json');
      const orderUuid = c.req.valid('param').uuid;
      const actor = actorOf(c.get('caller'));
      // A request about another user's order leaves no key behind.
      await checkRefundable(ports, { actor, orderUuid, userUuid: body.user_uuid });
      // The keys of a program are not those of the buyer.
      const scope = uuidOf(actor) ?? body.user_uuid;
      const about = `POST ${path}/${orderUuid}/refunds`;
      const request = { scope, key: c.req.valid('header')['idempotency-key'], about, body };
      return idempotent(c, ports.idempotencyKeys, request, async (uuid) => {
        const wanted = { ...authorOf(c), uuid, orderUuid, userUuid: body.user_uuid, ticketUuids: body.ticket_uuids };
        const refund = await refundOrder(ports, wanted);
        const status = refund.status === 'pending' ? 202 : 201;
        return { status, json: refundToJson(refund), location: `${path}/${orderUuid}` };
      });
    })
    .openapi(findRoute, async (c) =>
      reply(
        c,
        orderToJson(await findOrder(ports, { actor: actorOf(c.get('caller')), uuid: c.req.valid('param').uuid })),
      ),
    )
    .openapi(listRoute, async (c) => {
      const { user_uuid: userUuid, cursor: after, limit } = c.req.valid('query');
      const orders = await listOrders(ports, { actor: actorOf(c.get('caller')), userUuid, after, limit: limit + 1 });
      const shown = orders.slice(0, limit);
      const next_cursor = orders.length > limit ? shown.at(-1)!.uuid : null;
      return reply(c, { orders: shown.map(orderToJson), next_cursor });
    });
}
