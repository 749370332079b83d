import { createRoute, z } from '@hono/zod-openapi';
import { bearerResponses, byBearer } from '../../../shared/http/bearer.ts';
import { errorResponse } from '../../../shared/http/errors.ts';
import { headersOf } from '../../../shared/http/headers.ts';
import { uuidSchema } from '../../../shared/http/input.ts';
import type { App } from '../../../shared/http/shell.ts';
import { mustBe } from '../domain/caller.ts';
import type { PaymentMethods } from '../domain/payment-methods.ts';

const route = createRoute({
  method: 'post',
  path: '/api/v1/booking/payment-methods',
  ...byBearer,
  summary: 'Register what a buyer pays with; repeating it answers the same',
  request: {
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z
            .strictObject({
              user_uuid: uuidSchema,
              reference: z
                .string()
                .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible characters')
                .openapi({
                  description: 'The payment provider’s name for it, made in the buyer’s browser; never a card number',
                  example: 'pm_1PxyzABC',
                }),
            })
            .openapi('CreatePaymentMethod'),
        },
      },
    },
  },
  responses: {
    201: {
      description: 'Pass `uuid` as `payment_method_uuid`',
      content: {
        'application/json': {
          schema: z.object({ uuid: z.string().openapi({ format: 'uuid' }) }).openapi('PaymentMethod'),
        },
      },
    },
    ...bearerResponses,
    400: errorResponse('Invalid request payload'),
    500: errorResponse('Internal server error'),
    503: errorResponse('A needed server is away; repeat after Retry-After'),
  },
});

/** What buyers pay with: the API knows it by a uuid, and the provider by a reference of its own. */
export function addPaymentMethodRoutes(app: App, { paymentMethods }: { paymentMethods: PaymentMethods }): void {
  app.openapi(route, async (c) => {
    const { user_uuid: userUuid, reference } = c.req.valid('json');
    mustBe(c.get('caller'), userUuid);
    return c.json({ uuid: await paymentMethods.add({ userUuid, reference }) }, 201, headersOf(c));
  });
}
