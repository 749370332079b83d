import { createHash } from 'node:crypto';
import { createRoute, z } from '@hono/zod-openapi';
import { AppError } from '../../../shared/errors.ts';
import { errorResponse, statusAndBody } from '../../../shared/http/errors.ts';
import { headersOf } from '../../../shared/http/headers.ts';
import { uuidSchema, wholeNumber } from '../../../shared/http/input.ts';
import type { App } from '../../../shared/http/shell.ts';
import { type CreateOrderDeps, createOrder, findOrder } from '../domain/create-order.ts';
import { type Answer, answerOnce, type IdempotencyKeys } from '../domain/idempotency.ts';
import type { OrderView } from '../domain/orders.ts';

export type OrderRoutesDeps = CreateOrderDeps & { idempotencyKeys: IdempotencyKeys };

const uuid = z.string().openapi({ format: 'uuid' });
const money = z.int().openapi({ description: 'Minor units of the currency', example: 35_000 });

const orderSchema = z
  .object({
    uuid,
    status: z.enum(['pending', 'paid', 'failed']),
    tickets: z.array(z.object({ uuid, event_uuid: uuid, seat: z.string().openapi({ example: 'A1' }), price: money })),
    total: money,
    currency: z.string().openapi({ description: 'ISO 4217', example: 'USD' }),
    created_at: z.string().openapi({ format: 'date-time' }),
  })
  .openapi('Order');

const keyRule = 'must be 1 to 255 visible characters';
const keySchema = z
  .string('must be set')
  .regex(/^[\x21-\x7e]{1,255}$/, keyRule)
  .openapi({ description: 'A value of your own for this request: repeat it with the same one', example: 'c3f1…' });

const answer = (description: string) => ({ description, content: { 'application/json': { schema: orderSchema } } });
const common = {
  400: errorResponse('Invalid request payload'),
  500: errorResponse('Internal server error'),
  503: errorResponse('A needed server is away; repeat after Retry-After'),
};

const path = '/api/v1/booking/orders';

const orderRoute = createRoute({
  method: 'post',
  path,
  summary: 'Buy the seats of a reservation',
  request: {
    headers: z.object({ 'idempotency-key': keySchema }),
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z
            .strictObject({ reservation_uuid: uuidSchema, payment_method_uuid: uuidSchema })
            .openapi('CreateOrder'),
        },
      },
    },
  },
  responses: {
    201: answer('The seats are paid and booked'),
    202: answer('The payment provider has not answered yet; `Location` tells what became of it'),
    402: errorResponse('Payment was declined; the seats stay held'),
    404: errorResponse('Reservation not found'),
    409: errorResponse('The seats are held no more, or the same request is being answered'),
    422: errorResponse('The Idempotency-Key belongs to another request'),
    ...common,
  },
});

const findRoute = createRoute({
  method: 'get',
  path: `${path}/{uuid}`,
  summary: 'An order as it stands now',
  request: { params: z.object({ uuid: uuidSchema }) },
  responses: { 200: answer('The order'), 404: errorResponse('Order not found'), ...common },
});

const listRoute = createRoute({
  method: 'get',
  path,
  summary: 'A user’s orders, the newest first',
  request: {
    query: z.object({
      user_uuid: uuidSchema,
      cursor: uuidSchema.optional(),
      limit: wholeNumber(1, 100, 20),
    }),
  },
  responses: {
    200: {
      description: 'A page of orders',
      content: {
        'application/json': {
          schema: z.object({
            orders: z.array(orderSchema),
            next_cursor: z.string().nullable().openapi({ description: 'Pass it as `cursor`; null on the last page' }),
          }),
        },
      },
    },
    ...common,
  },
});

/** Orders of reservations: buy one, and see what became of it. */
export function addOrderRoutes(app: App, deps: OrderRoutesDeps): void {
  app.openapi(orderRoute, async (c) => {
    const body = c.req.valid('json');
    const reservation = await deps.reservations.find(body.reservation_uuid);
    if (!reservation) throw new AppError('reservation_not_found', 'Reservation not found');
    const request = {
      scope: reservation.userUuid,
      key: c.req.valid('header')['idempotency-key'],
      fingerprint: createHash('sha256')
        .update(`POST ${path} ${JSON.stringify(body)}`)
        .digest('hex'),
    };
    const {
      status,
      body: text,
      replayed,
    } = await answerOnce(deps.idempotencyKeys, request, () =>
      answered(async () => {
        const order = await createOrder(deps, {
          reservationUuid: body.reservation_uuid,
          methodUuid: body.payment_method_uuid,
        });
        return { status: order.status === 'pending' ? 202 : 201, body: JSON.stringify(toJson(order)) };
      }),
    );
    const headers: Record<string, string> = { ...headersOf(c), 'Content-Type': 'application/json' };
    if (replayed) headers['Idempotent-Replayed'] = 'true';
    if (status < 300) headers.Location = `${path}/${JSON.parse(text).uuid}`;
    // The bytes of the first answer, whichever of the route's answers that was.
    return new Response(text, { status, headers }) as never;
  });

  app.openapi(findRoute, async (c) =>
    c.json(toJson(await findOrder(deps, c.req.valid('param').uuid)), 200, headersOf(c)),
  );

  app.openapi(listRoute, async (c) => {
    const { user_uuid: userUuid, cursor: after, limit } = c.req.valid('query');
    const orders = await deps.orders.list({ userUuid, after, limit: limit + 1 });
    const shown = orders.slice(0, limit);
    const next_cursor = orders.length > limit ? shown.at(-1)!.uuid : null;
    return c.json({ orders: shown.map(toJson), next_cursor }, 200, headersOf(c));
  });
}

/** A refusal is an answer too, and given again; that a server is away, or a fault of ours, is not. */
async function answered(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError) || ['unavailable', 'internal'].includes(error.code)) throw error;
    const { status, body } = statusAndBody(error);
    return { status, body: JSON.stringify(body) };
  }
}

const toJson = (order: OrderView) => ({
  uuid: order.uuid,
  status: order.status,
  tickets: order.tickets.map(({ uuid, eventUuid, seat, price }) => ({ uuid, event_uuid: eventUuid, seat, price })),
  total: order.total,
  currency: order.currency,
  created_at: order.createdAt,
});
