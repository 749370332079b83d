import { z } from '@hono/zod-openapi';
import { errorResponse } from '../../../shared/http/responses.ts';
import { declineReasons } from '../domain/payment/payment-provider.ts';

/** The value for the provider's own library in the buyer's browser; of the sandbox, where to post the buyer's word. */
export const paymentActionSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('stripe'), client_secret: z.string() }).openapi('StripeAction'),
  z.object({ type: z.literal('sandbox'), approval_url: z.string() }).openapi('SandboxAction'),
]);

/** Further members of the body of `payment_declined`. */
export const declineMembers = {
  reason: z.enum(declineReasons).optional().openapi({ description: 'Why the payment was declined' }),
};

/** Further members of the body of `amount_not_chargeable`. */
const amountMembers = {
  amount: z.int().optional().openapi({ description: 'What was to be charged, in minor units of the currency' }),
  currency: z.string().optional().openapi({ description: 'ISO 4217' }),
  bounds: z
    .object({ min: z.int(), max: z.int(), step: z.int() })
    .optional()
    .openapi({ description: 'What can be charged, in minor units; absent when nothing can in this currency' }),
};

/** A 422 of an amount that the provider doesn't take, with the members that explain it. */
export const amountRefused = (description: string, ...codes: 'idempotency_key_reused'[]) =>
  errorResponse(description, ['amount_not_chargeable', ...codes], amountMembers);

/** The 503 of an operation that waits for the payment provider's word. */
export const paymentUnanswered = (description: string) =>
  errorResponse(description, ['unavailable', 'payment_pending']);
