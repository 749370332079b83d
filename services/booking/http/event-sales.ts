import { createRoute, z } from '@hono/zod-openapi';
import { actorOf } from '../../../shared/auth/actor.ts';
import { reply } from '../../../shared/http/reply.ts';
import {
  bearerResponses,
  byBearer,
  commonResponses,
  errorResponse,
  jsonResponse,
  parameterResponses,
} from '../../../shared/http/responses.ts';
import { createRoutes } from '../../../shared/http/routes.ts';
import {
  currency,
  dateTime,
  eventCurrency,
  money,
  uuid,
  uuidInput,
  wholeNumber,
} from '../../../shared/http/schemas.ts';
import { codes } from '../domain/errors.ts';
import { findOrderHistory, type OrderHistory } from '../domain/order/order-history.ts';
import type { Ports } from '../domain/ports.ts';
import { findSales, type Sales } from '../domain/sales/find-sales.ts';
import { listEventOrders } from '../domain/sales/list-event-orders.ts';
import type { EventOrder, TicketCounts } from '../domain/sales/sales.ts';
import { eventUuid } from './input.ts';
import { filterOf, filterQuery } from './order-filter.ts';

const path = '/api/v1/booking/events/{uuid}';
export const eventParams = z.object({ uuid: eventUuid });

const common = { ...bearerResponses, ...commonResponses };
const forbidden = errorResponse('The caller is a buyer, or an API key without the scopes `read` and `sell`', [
  'forbidden',
]);
/** The responses to those who may not see an event’s sales, and to others. */
export const salesResponses = {
  403: forbidden,
  404: errorResponse('Event not found, or another organiser’s', [codes.eventNotFound]),
  ...parameterResponses,
  ...common,
};

const rate = z
  .object({ uuid, name: z.string().openapi({ example: 'Child' }) })
  .nullable()
  .openapi({ description: 'null: the price of the category' });
const category = z.string().nullable().openapi({ description: 'The category of the plan; null without one' });

const counts = {
  total: z.int(),
  sold: z.int(),
  pending: z.int().openapi({ description: 'Being paid' }),
  held: z.int(),
  held_back: z.int(),
  free: z.int(),
};
const refundsPending = money.openapi({ description: 'The part of it that the provider has not confirmed' });

const salesSchema = z
  .object({
    event_uuid: uuid,
    currency: eventCurrency,
    tickets: z.object(counts).openapi({ description: 'Each ticket counts once; one that is given back is free again' }),
    money: z
      .array(z.object({ currency, revenue: money, refunded: money, refunds_pending: refundsPending, net: money }))
      .openapi({ description: 'One of each currency of the tickets that were sold' }),
    categories: z.array(z.object({ category, ...counts })),
    rates: z.array(
      z.object({
        ...{ category, rate, currency },
        tickets: z.int().openapi({ description: 'Sold, and not given back' }),
        ...{ revenue: money, refunded: money, refunds_pending: refundsPending },
      }),
    ),
    series: z
      .array(z.object({ from: dateTime, tickets: z.int(), revenue: money }))
      .openapi({ description: 'What was sold, given back since or not; the last is under way' }),
  })
  .openapi('Sales');

const salesRoute = createRoute({
  method: 'get',
  path: `${path}/sales`,
  operationId: 'viewSales',
  tags: ['Sales'],
  ...byBearer,
  summary: 'How the sale of an event goes',
  description: 'Tickets and money by category and rate, and what was sold in each of the last minutes or hours.',
  request: {
    params: eventParams,
    query: z.object({
      per: z
        .enum(['minute', 'hour'])
        .default('minute')
        .openapi({ description: 'The length of each part of the series' }),
      last: wholeNumber(1, 1440, 60).openapi({ description: 'How many of them, up to now' }),
    }),
  },
  responses: { 200: jsonResponse('The sales of this moment', salesSchema), ...salesResponses },
});

const orderSchema = z
  .object({
    uuid,
    user_uuid: uuid,
    status: z.enum(['pending', 'paid', 'failed', 'refunded']),
    tickets: z.array(
      z.object({
        uuid: uuid.nullable(),
        seat: z.string().nullable(),
        ...{ category, price: money, rate },
        refunded: z.boolean(),
      }),
    ),
    total: money,
    refunded: money.openapi({ description: 'What was given back of it, or is on its way' }),
    currency,
    created_at: dateTime,
  })
  .openapi('EventOrder');

const ordersRoute = createRoute({
  method: 'get',
  path: `${path}/orders`,
  operationId: 'listEventOrders',
  tags: ['Sales'],
  ...byBearer,
  summary: 'The orders of an event, the newest first',
  description: 'A page of those that meet every filter, those that have failed too.',
  request: {
    params: eventParams,
    query: filterQuery.extend({
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
        .openapi('EventOrderPage'),
    ),
    ...salesResponses,
  },
});

const historySchema = z
  .object({
    uuid,
    event_uuid: uuid.nullable(),
    user_uuid: uuid,
    status: z.string(),
    total: money,
    currency,
    created_at: dateTime,
    payment: z.object({
      status: z.string(),
      provider: z.string().nullable(),
      amount: money,
      disputed_at: dateTime.nullable(),
    }),
    refunds: z.array(
      z.object({
        ...{ uuid, status: z.string(), amount: money, seats: z.array(z.string()), created_at: dateTime },
        failure: z.string().nullable().openapi({
          description: 'Why it has failed, or the payment provider refused it at the last try',
          example: 'expired_or_canceled_card',
        }),
        attempts: z.int().openapi({ description: 'How often it was refused since it is pending' }),
        next_try_at: dateTime.nullable().openapi({ description: 'When it is tried again; null unless it is pending' }),
      }),
    ),
    steps: z
      .array(
        z.object({
          at: dateTime,
          order: z.string(),
          payment: z.string(),
          refund: z.object({ uuid, status: z.string() }).nullable().openapi({ description: 'What the step was about' }),
          amount: money,
          cause: z.string().openapi({ example: 'payment captured' }),
        }),
      )
      .openapi({ description: 'The oldest first: how the order, its payment and a refund stood after it' }),
  })
  .openapi('OrderHistory');

const historyRoute = createRoute({
  method: 'get',
  path: '/api/v1/booking/orders/{uuid}/history',
  operationId: 'viewOrderHistory',
  tags: ['Sales'],
  ...byBearer,
  summary: 'The whole story of an order',
  description: 'Each step of it, of its payment and of its refunds, with its time and its cause. For organisers.',
  request: {
    params: z.object({ uuid: uuidInput.openapi({ description: 'The order, as `listEventOrders` tells it' }) }),
  },
  responses: {
    200: jsonResponse('The story', historySchema),
    403: forbidden,
    404: errorResponse('Order not found, or of another organiser’s event', [codes.orderNotFound]),
    ...parameterResponses,
    ...common,
  },
});

/** The sales of organisers, as they see them. */
export function eventSalesRoutes(ports: Ports) {
  return createRoutes()
    .openapi(salesRoute, async (c) => {
      const { per: unit, last } = c.req.valid('query');
      const { uuid: eventUuid } = c.req.valid('param');
      const actor = actorOf(c.get('caller'));
      return reply(c, salesJson(eventUuid, await findSales(ports, { actor, eventUuid, unit, last })));
    })
    .openapi(ordersRoute, async (c) => {
      const { cursor: after, limit, ...query } = c.req.valid('query');
      const asked = { actor: actorOf(c.get('caller')), eventUuid: c.req.valid('param').uuid };
      const orders = await listEventOrders(ports, { ...asked, filter: filterOf(query), after, limit: limit + 1 });
      const shown = orders.slice(0, limit);
      const next_cursor = orders.length > limit ? shown.at(-1)!.uuid : null;
      return reply(c, { orders: shown.map(orderJson), next_cursor });
    })
    .openapi(historyRoute, async (c) => {
      const actor = actorOf(c.get('caller'));
      return reply(c, historyJson(await findOrderHistory(ports, { actor, uuid: c.req.valid('param').uuid })));
    });
}

const countsJson = ({ total, sold, pending, held, heldBack, free }: TicketCounts) => ({
  ...{ total, sold, pending, held, held_back: heldBack, free },
});

const salesJson = (eventUuid: string, { currency, tickets, money, categories, rates, series }: Sales) => ({
  event_uuid: eventUuid,
  currency,
  tickets: countsJson(tickets),
  money: money.map(({ refundsPending, ...one }) => ({ ...one, refunds_pending: refundsPending })),
  categories: categories.map(({ category, ...one }) => ({ category, ...countsJson(one) })),
  rates: rates.map(({ refundsPending, ...one }) => ({ ...one, refunds_pending: refundsPending })),
  series,
});

const orderJson = ({ userUuid, createdAt, ...order }: EventOrder) => ({
  ...order,
  user_uuid: userUuid,
  created_at: createdAt,
});

const historyJson = ({ payment, refunds, steps, ...order }: OrderHistory) => ({
  uuid: order.uuid,
  event_uuid: order.eventUuid,
  user_uuid: order.userUuid,
  status: order.status,
  total: order.total,
  currency: order.currency,
  created_at: order.createdAt,
  payment: {
    status: payment.status,
    provider: payment.provider,
    amount: payment.amount,
    disputed_at: payment.disputedAt,
  },
  refunds: refunds.map(({ createdAt, nextTryAt, ...refund }) => ({
    ...refund,
    created_at: createdAt,
    next_try_at: nextTryAt,
  })),
  steps: steps.map(({ refund, refundUuid, ...step }) => ({
    ...step,
    refund: refund !== null && refundUuid !== null ? { uuid: refundUuid, status: refund } : null,
  })),
});
