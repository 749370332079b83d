import { createRoute, z } from '@hono/zod-openapi';
import { AppError } from '../../../shared/errors.ts';
import { replyEmpty } from '../../../shared/http/reply.ts';
import { bodyResponses, commonResponses, errorResponse, withoutToken } from '../../../shared/http/responses.ts';
import type { App } from '../../../shared/http/shell.ts';
import { type HearDeps, hearNotice, type Notice } from '../domain/payment/handle-webhook.ts';

/** Not a schema of zod's: the body must not be read before its signature is checked, over its very bytes. */
const noticeSchema = { type: 'object' as const, description: 'An event object of Stripe’s API' };

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
      content: { 'application/json': { schema: noticeSchema } },
    },
  },
  responses: {
    200: { description: 'Heard; it need not be told again' },
    ...bodyResponses,
    400: errorResponse('Not signed with the secret of this endpoint', ['invalid_request']),
    ...commonResponses,
    503: errorResponse('It could not be dealt with now: tell it again', ['unavailable']),
  },
});

export type NoticeRoutesDeps = HearDeps & {
  /** Reads a notice whose signature is right; undefined of any other. */
  readNotice: (body: string, signature: string) => Promise<Notice | undefined>;
};

/** Notices of the payment provider. Their signature is made over the very bytes of the body. */
export function addNoticeRoutes(app: App, deps: NoticeRoutesDeps): void {
  app.openapi(route, async (c) => {
    const notice = await deps.readNotice(await c.req.text(), c.req.valid('header')['stripe-signature']);
    if (!notice) throw new AppError('invalid_request', 'The signature is not right, or too old');
    await hearNotice(deps, notice);
    return replyEmpty(c);
  });
}
