import { createRoute, z } from '@hono/zod-openapi';
import { replyEmpty } from '../../../shared/http/reply.ts';
import { bodyResponses, commonResponses, errorResponse, withoutToken } from '../../../shared/http/responses.ts';
import { createRoutes } from '../../../shared/http/routes.ts';
import { badSignature } from '../domain/errors.ts';
import { handleWebhook } from '../domain/payment/handle-webhook.ts';
import type { WebhookEvent } from '../domain/payment/webhook-events.ts';
import type { Ports } from '../domain/ports.ts';

/** Not a zod schema: the signature is made over the bytes of the body, and checked before the body is parsed. */
const eventSchema = { type: 'object' as const, description: 'An event object of Stripe’s API' };

/** Stripe is not limited. */
const { 429: _, ...heardResponses } = bodyResponses;

const route = createRoute({
  method: 'post',
  path: '/webhooks/stripe',
  operationId: 'hearStripe',
  tags: ['Webhooks'],
  ...withoutToken,
  summary: 'Stripe tells what became of a payment',
  description:
    'For Stripe alone: no token is asked for, and the body must be signed with the secret of this endpoint (STRIPE_WEBHOOK_SECRET), not long ago. Of its content nothing is believed but which payment it is about.',
  request: {
    headers: z.object({
      'stripe-signature': z
        .string('must be set')
        .openapi({ description: 'Stripe’s signature of the body, with its time' }),
    }),
    body: {
      required: true,
      content: { 'application/json': { schema: eventSchema } },
    },
  },
  responses: {
    200: { description: 'Heard; it need not be told again' },
    ...heardResponses,
    400: errorResponse('Not signed with the secret of this endpoint', ['invalid_request']),
    ...commonResponses,
    503: errorResponse('It could not be dealt with now: tell it again', ['unavailable']),
  },
});

/** Reads an event whose signature is right; returns undefined for any other. */
export type ReadWebhook = (body: string, signature: string) => Promise<WebhookEvent | undefined>;

/** Webhooks of the payment provider. Their signature is made over the bytes of the body. */
export function webhookRoutes(ports: Ports, readWebhook: ReadWebhook) {
  return createRoutes().openapi(route, async (c) => {
    const event = await readWebhook(await c.req.text(), c.req.valid('header')['stripe-signature']);
    if (!event) throw badSignature();
    await handleWebhook(ports, event);
    return replyEmpty(c);
  });
}
