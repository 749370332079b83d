import { z } from '@hono/zod-openapi';
import { currency, dateTime, money, uuid } from '../../../shared/http/schemas.ts';
import type { OrderView } from '../domain/order/order.ts';
import type { Refund } from '../domain/refund/refund.ts';
import { rateSchema } from './input.ts';
import { actionJson, paymentActionSchema } from './payment-responses.ts';

const refundStatus = z.enum(['pending', 'succeeded', 'disputed', 'failed']).openapi({
  description:
    '`pending` until the provider has given it back; `disputed` when the buyer has the money back through their bank; `failed` when the money came back later',
});

export const orderSchema = z
  .object({
    uuid,
    status: z.enum(['pending', 'paid', 'failed', 'refunded']),
    tickets: z.array(
      z.object({
        uuid,
        event_uuid: uuid,
        seat: z.string().openapi({ example: 'A1' }),
        price: money,
        refunded: z.boolean(),
        refund_status: refundStatus.nullable(),
        rate: rateSchema,
      }),
    ),
    total: money,
    currency,
    action: paymentActionSchema
      .nullable()
      .openapi({ description: 'What the buyer must do before the order can be paid; null when nothing' }),
    created_at: dateTime,
  })
  .openapi('Order');

export const refundSchema = z
  .object({
    uuid,
    order_uuid: uuid,
    status: refundStatus,
    tickets: z.array(z.object({ uuid, event_uuid: uuid, seat: z.string(), price: money, rate: rateSchema })),
    amount: money,
    currency: z.string(),
    created_at: dateTime,
  })
  .openapi('Refund');

export const refundToJson = (refund: Refund) => ({
  uuid: refund.uuid,
  order_uuid: refund.orderUuid,
  status: refund.status,
  tickets: refund.tickets.map(({ eventUuid, ...ticket }) => ({ ...ticket, event_uuid: eventUuid })),
  amount: refund.amount,
  currency: refund.currency,
  created_at: refund.createdAt,
});

export const orderToJson = (order: OrderView) => ({
  uuid: order.uuid,
  status: order.status,
  tickets: order.tickets.map(({ eventUuid, refundStatus, ...ticket }) => ({
    ...ticket,
    event_uuid: eventUuid,
    refund_status: refundStatus,
  })),
  total: order.total,
  currency: order.currency,
  action: order.action && actionJson(order.uuid, order.action),
  created_at: order.createdAt,
});
