import type Stripe from 'stripe';
import { all } from './client.ts';

/**
 * The seller has won, or it is only an inquiry (https://docs.stripe.com/api/disputes/object): no money is withdrawn.
 */
const harmless = ['won', 'warning_needs_response', 'warning_under_review', 'warning_closed'];

/** Returns whether a payment is disputed, and the seller has not won. */
export async function isDisputed(stripe: Stripe, intentId: string): Promise<boolean> {
  for await (const { status } of all(stripe.disputes.list({ payment_intent: intentId, limit: 100 }))) {
    if (!harmless.includes(status)) return true;
  }
  return false;
}
