import { z } from '@hono/zod-openapi';
import type { AppError, ErrorType } from '../../../shared/errors.ts';
import { errorResponse } from '../../../shared/http/responses.ts';
import { codes, paymentDeclined, paymentGivenUp, paymentPending, paymentRequiresAction } from '../domain/errors.ts';
import type { Completion } from '../domain/order/complete-order.ts';
import { declineReasons, type PaymentAction } from '../domain/payment/payment-provider.ts';

/** The value for the provider's own library in the buyer's browser; of the sandbox, where to post the buyer's word. */
export const paymentActionSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('stripe'), client_secret: z.string() }).openapi('StripeAction'),
  z.object({ type: z.literal('sandbox'), approval_url: z.string() }).openapi('SandboxAction'),
]);

/** The action that the buyer of an order must take, as clients are told of it. */
export type ActionJson = z.infer<typeof paymentActionSchema>;

export function actionJson(orderUuid: string, action: PaymentAction): ActionJson {
  switch (action.type) {
    case 'stripe':
      return { type: 'stripe', client_secret: action.clientSecret };
    case 'sandbox':
      return { type: 'sandbox', approval_url: `/sandbox/payments/${orderUuid}/approval` };
  }
}

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
export const amountRefused = <T extends ErrorType = never>(description: string, ...more: T[]) =>
  errorResponse(description, [codes.amountNotChargeable, ...more], amountMembers);

/** The 503 of an operation that waits for the payment provider. */
export const paymentUnanswered = (description: string) =>
  errorResponse(description, ['unavailable', codes.paymentPending]);

/** Returns the error for a payment that was not made. */
export function notPaid(completion: Exclude<Completion, { is: 'paid' }>): AppError {
  switch (completion.is) {
    case 'declined':
      return paymentDeclined(completion.reason);
    case 'action':
      return paymentRequiresAction(completion.orderUuid, actionJson(completion.orderUuid, completion.action));
    case 'pending':
      return paymentPending(completion.cause);
    case 'given up':
      return paymentGivenUp();
  }
}
