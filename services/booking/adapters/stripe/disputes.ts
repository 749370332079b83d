import type Stripe from 'stripe';
import { all } from './client.ts';

/** The seller's case is won, or the bank has only asked so far (https://docs.stripe.com/api/disputes/object): nothing is taken. */
const harmless = ['won', 'warning_needs_response', 'warning_under_review', 'warning_closed'];

/** Whether the buyer's bank has a payment back, or has asked for it and the seller's case is not won. */
export async function isDisputed(stripe: Stripe, intentId: string): Promise<boolean> {
  for await (const { status } of all(stripe.disputes.list({ payment_intent: intentId, limit: 100 }))) {
    if (!harmless.includes(status)) return true;
  }
  return false;
}
