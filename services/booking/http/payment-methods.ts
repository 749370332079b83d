import { createRoute, z } from '@hono/zod-openapi';
import { actorOf } from '../../../shared/auth/actor.ts';
import { reply } from '../../../shared/http/reply.ts';
import {
  bearerResponses,
  bodyResponses,
  byBearer,
  commonResponses,
  forbiddenResponses,
  jsonBody,
  jsonResponse,
} from '../../../shared/http/responses.ts';
import { createRoutes } from '../../../shared/http/routes.ts';
import { uuid } from '../../../shared/http/schemas.ts';
import { addPaymentMethod } from '../domain/payment/add-payment-method.ts';
import type { Ports } from '../domain/ports.ts';
import { userUuid } from './input.ts';

const route = createRoute({
  method: 'post',
  path: '/api/v1/booking/payment-methods',
  operationId: 'registerPaymentMethod',
  tags: ['Payment methods'],
  ...byBearer,
  summary: 'Register what a buyer pays with; repeating it returns the same',
  description: 'Only this buyer can pay with it. The sandbox takes any uuid as well, and needs none to be registered.',
  request: {
    body: jsonBody(
      z
        .strictObject({
          user_uuid: userUuid,
          reference: z
            .string()
            .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible characters')
            .openapi({
              description: 'The payment provider’s name for it, made in the buyer’s browser; never a card number',
              example: 'pm_card_visa',
            }),
        })
        .openapi('CreatePaymentMethod'),
    ),
  },
  responses: {
    201: jsonResponse('Pass `uuid` as `payment_method_uuid`', z.object({ uuid }).openapi('PaymentMethod')),
    ...bearerResponses,
    ...forbiddenResponses,
    ...bodyResponses,
    ...commonResponses,
  },
});

/** Payment methods of buyers: the API names one by a uuid, and the provider by a reference of its own. */
export function paymentMethodRoutes(ports: Ports) {
  return createRoutes().openapi(route, async (c) => {
    const { user_uuid: userUuid, reference } = c.req.valid('json');
    const uuid = await addPaymentMethod(ports, { actor: actorOf(c.get('caller')), userUuid, reference });
    return reply(c, { uuid }, 201);
  });
}
