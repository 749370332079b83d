import { createRoute, z } from '@hono/zod-openapi';
import { AppError } from '../../../shared/errors.ts';
import { empty } from '../../../shared/http/answer.ts';
import { errorResponse } from '../../../shared/http/errors.ts';
import type { App } from '../../../shared/http/shell.ts';
import { type HearDeps, hearNotice, type Notice } from '../domain/hear-notice.ts';

const route = createRoute({
  method: 'post',
  path: '/webhooks/stripe',
  summary: 'Stripe tells what became of a payment',
  request: { headers: z.object({ 'stripe-signature': z.string('must be set') }) },
  responses: {
    200: { description: 'Heard; it need not be told again' },
    400: errorResponse('Not signed with the secret of this endpoint'),
    500: errorResponse('Internal server error'),
    503: errorResponse('It could not be dealt with now: tell it again'),
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
    return empty(c);
  });
}
