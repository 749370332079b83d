import { AppError } from '../../../shared/errors.ts';

/**
 * Port: who takes the money, in two steps: it is authorised (reserved on the buyer's card) before the tickets are booked,
 * and captured (taken) after. A payment is named by its key (the order's uuid): however often it is asked for, from whatever
 * process, there is at most one, and later calls get the first call's answer. Amounts are in minor units of their currency.
 *
 * Every operation throws `PaymentUnanswered` when its outcome is not known; the same call then tells it later.
 */
export type PaymentProvider = {
  /** Reserves `amount` with the buyer's payment method; or tells what became of it when that was tried before. */
  authorise(request: AuthoriseRequest): Promise<Standing>;

  /** How a payment stands. Changes nothing. */
  find(key: string): Promise<Standing>;

  /**
   * Settles how a payment ends, for good: what is authorised or declined stays so, and what has not come so far is `voided`,
   * after which no late `authorise` with the key can succeed.
   */
  close(key: string): Promise<Settled>;

  /** Takes what was authorised, once. `gone` when it was not, or is not any more: nothing was taken then. */
  capture(key: string): Promise<'captured' | 'gone'>;

  /**
   * Gives `amount` of a payment back, once for each `refundKey`, however often it is called; never more than there was.
   * The whole of what was not captured yet is voided; a part of it is captured first. Of nothing it gives nothing.
   */
  refund(request: { key: string; refundKey: string; amount: number }): Promise<GivenBack>;

  /**
   * Gives the whole of a payment back that carries an order's key but is not the order's own, and leaves the order's own
   * alone. `reference` is the provider's name for it. Answers whether there was something to give back.
   */
  giveBackStray(request: { key: string; reference: string }): Promise<boolean>;

  /** Every payment that took or reserved something: what of it is kept after refunds, and what is held, not taken yet. */
  charges(): AsyncIterable<Charge>;
};

export type AuthoriseRequest = { key: string; amount: number; currency: string; methodUuid: string; userUuid: string };

export type Charge = { key: string; kept: number; held: number };

export type Settled = { is: 'authorised' } | { is: 'declined'; reason: DeclineReason } | { is: 'voided' };

/** `action`: the buyer must approve the payment first. `open`: the provider knows of none, or has not decided. */
export type Standing = Settled | { is: 'action'; action: PaymentAction } | { is: 'open' };

/** What the client must do to have its buyer approve the payment (3-D Secure): what to pass to the provider's own library. */
export type PaymentAction = { type: 'stripe'; client_secret: string } | { type: 'sandbox'; approval_url: string };

/** What a buyer may know of why a card was declined. */
export const declineReasons = [
  'card_declined',
  'insufficient_funds',
  'expired_card',
  'incorrect_cvc',
  'incorrect_number',
  'processing_error',
  'authentication_failed',
  'unknown_payment_method',
] as const;
export type DeclineReason = (typeof declineReasons)[number];

export type GivenBack = 'voided' | 'refunded' | 'nothing';

/** The provider did not answer: money may have moved or not. Ask again with the same key. */
export class PaymentUnanswered extends AppError {
  constructor(cause?: unknown) {
    super('unavailable', 'The payment provider did not answer; repeat the request in a moment', { cause });
    this.name = 'PaymentUnanswered';
  }
}
