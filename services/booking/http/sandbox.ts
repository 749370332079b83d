import { createRoute, z } from '@hono/zod-openapi';
import { replyEmpty } from '../../../shared/http/reply.ts';
import {
  bodyResponses,
  commonResponses,
  errorResponse,
  jsonBody,
  withoutToken,
} from '../../../shared/http/responses.ts';
import { createRoutes } from '../../../shared/http/routes.ts';
import { uuidInput } from '../../../shared/http/schemas.ts';
import { codes } from '../domain/errors.ts';
import { approvePayment, type Bank } from '../domain/payment/approve-payment.ts';
import type { Ports } from '../domain/ports.ts';

const approvalSchema = z
  .strictObject({
    approved: z.boolean().openapi({ description: 'Whether the buyer approves the payment', example: true }),
  })
  .openapi('Approval');

const route = createRoute({
  method: 'post',
  path: '/sandbox/payments/{uuid}/approval',
  operationId: 'decideSandboxPayment',
  tags: ['Sandbox'],
  ...withoutToken,
  summary: 'Sandbox only: approve or refuse a payment, as a buyer does at their bank',
  description:
    'For an order whose `action` is of the type `sandbox`. As at a bank, no token of ours is asked for: the order’s uuid is the secret.',
  request: {
    params: z.object({ uuid: uuidInput.openapi({ description: 'The order that waits for its buyer' }) }),
    body: jsonBody(approvalSchema),
  },
  responses: {
    200: { description: 'The order goes on' },
    404: errorResponse('No payment of this order waits for its buyer', [codes.orderNotFound]),
    ...bodyResponses,
    ...commonResponses,
  },
});

/** The part of a buyer's bank, played by the sandbox. */
export function sandboxRoutes(ports: Ports, sandbox: Bank) {
  return createRoutes().openapi(route, async (c) => {
    await approvePayment(ports, sandbox, c.req.valid('param').uuid, c.req.valid('json').approved);
    return replyEmpty(c);
  });
}
