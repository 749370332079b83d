import { AmountNotChargeable } from '../errors.ts';

/**
 * Port: who takes the money, in two steps: it is authorised (reserved on the buyer's card) before the tickets are booked,
 * and captured (taken) after. A payment is named by its key (the order's uuid): however often it is asked for, from whatever
 * process, there is at most one, and later calls get the first call's answer. Amounts are in minor units of their currency.
 *
 * Every operation throws `PaymentUnanswered` when its outcome is not known; the same call then tells it later.
 */
export type PaymentProvider = {
  /** Who this is, and in which mode: written beside each payment and refund, which only that one may end. */
  name: ProviderName;

  /** What can be charged in a currency (ISO 4217); undefined when nothing can. Asks nobody. */
  bounds(currency: string): AmountBounds | undefined;

  /**
   * Reserves `amount` with the buyer's payment method; or tells what became of it when that was tried before. Throws
   * `AmountNotChargeable` when the provider refuses the amount or currency: there is no payment then.
   */
  authorise(request: AuthoriseRequest): Promise<PaymentState>;

  /** How a payment stands. Changes nothing. */
  find(key: string): Promise<PaymentState>;

  /**
   * Settles how a payment ends, for good: what is authorised or declined stays so, and what has not come so far is `voided`,
   * after which no late `authorise` with the key can succeed.
   */
  close(key: string): Promise<FinalPaymentState>;

  /** Takes what was authorised, once. `gone` when it was not, or is not any more: nothing was taken then. */
  capture(key: string): Promise<'captured' | 'gone'>;

  /**
   * Gives `amount` of a payment back, once for each `refundKey`, however often it is called; never more than there was.
   * The whole of what was not captured yet is voided; a part of it is captured first. Of nothing it gives nothing.
   *
   * What was given back at the provider by hand counts: after this call the buyer has got back the `earlier` refunds of the
   * order and this one, or more. `disputed`: the buyer has had their bank take the payment back, and nothing is given.
   */
  refund(request: RefundRequest): Promise<RefundOutcome>;

  /**
   * Gives the whole of a payment back that carries an order's key but is not the order's own, and leaves the order's own
   * alone. `reference` is the provider's name for it. Answers whether there was something to give back.
   */
  giveBackStray(request: { key: string; reference: string }): Promise<boolean>;

  /** Every payment that took or reserved something: what of it is kept after refunds, and what is held, not taken yet. */
  charges(): AsyncIterable<Charge>;
};

export type AuthoriseRequest = { key: string; amount: number; currency: string; methodUuid: string; userUuid: string };

/** A refund of an order: `earlier` are those of the same order that were opened before it. */
export type RefundRequest = EarlierRefund & { key: string; earlier: EarlierRefund[] };
export type EarlierRefund = { refundKey: string; amount: number };

export type ProviderName = 'sandbox' | 'stripe:test' | 'stripe:live';

/** In minor units: from `min` to `max`, in steps of `step`. */
export type AmountBounds = { min: number; max: number; step: number };

/** `isDisputed`: the buyer has had their bank take it back, and the seller's case is not won. */
export type Charge = { key: string; kept: number; held: number; isDisputed: boolean };

export type FinalPaymentState = { is: 'authorised' } | { is: 'declined'; reason: DeclineReason } | { is: 'voided' };

/** `action`: the buyer must approve the payment first. `open`: the provider knows of none, or has not decided. */
export type PaymentState = FinalPaymentState | { is: 'action'; action: PaymentAction } | { is: 'open' };

/**
 * The client must do something to have its buyer approve the payment (3-D Secure): pass `clientSecret` to Stripe's own library,
 * or tell the sandbox.
 */
export type PaymentAction = { type: 'stripe'; clientSecret: string } | { type: 'sandbox' };

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

export type RefundOutcome = 'voided' | 'refunded' | 'disputed' | 'nothing';

/**
 * Throws `AmountNotChargeable` unless the amount is free of charge or one that the provider takes, and each of its `parts`
 * (the tickets of an order) one that it can give back by itself.
 */
export function checkChargeable(
  { bounds: boundsOf }: Pick<PaymentProvider, 'bounds'>,
  { amount, currency, parts = [] }: { amount: number; currency: string; parts?: number[] },
): void {
  if (amount === 0) return;
  const bounds = boundsOf(currency);
  const isInside = bounds && amount >= bounds.min && amount <= bounds.max;
  const off = bounds && [amount, ...parts].find((one) => one % bounds.step !== 0);
  if (!isInside || off !== undefined) throw new AmountNotChargeable({ amount: off ?? amount, currency, bounds });
}
