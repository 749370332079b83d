import { createRoute, z } from '@hono/zod-openapi';
import { AppError } from '../../../shared/errors.ts';
import { replyEmpty } from '../../../shared/http/reply.ts';
import {
  bodyResponses,
  commonResponses,
  errorResponse,
  jsonBody,
  withoutToken,
} from '../../../shared/http/responses.ts';
import { uuidInput } from '../../../shared/http/schemas.ts';
import type { App } from '../../../shared/http/shell.ts';
import { carryOn } from '../domain/order/advance-order.ts';
import type { CompleteDeps } from '../domain/order/complete-order.ts';

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
    404: errorResponse('No payment of this order waits for its buyer', ['order_not_found']),
    ...bodyResponses,
    ...commonResponses,
  },
});

export type SandboxRouteDeps = CompleteDeps & { sandbox: { answer(key: string, approved: boolean): Promise<boolean> } };

/** The part of a buyer's bank, played by the sandbox. */
export function addSandboxRoutes(app: App, deps: SandboxRouteDeps): void {
  app.openapi(route, async (c) => {
    const { uuid } = c.req.valid('param');
    const known = await deps.sales.get(uuid);
    if (!known || !(await deps.sandbox.answer(uuid, c.req.valid('json').approved))) {
      throw new AppError('order_not_found', 'No payment of this order waits for its buyer');
    }
    await carryOn(deps, known, deps.payments.find);
    return replyEmpty(c);
  });
}
