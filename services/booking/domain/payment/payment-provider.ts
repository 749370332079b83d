import { AmountNotChargeable } from '../errors.ts';

/**
 * Port: the payment provider. It takes money in two steps: authorised (reserved on the buyer's card) before the tickets
 * are booked, and captured (taken) after. A payment is named by its key (the order's uuid): there is at most one per
 * key, and repeated calls, from any process, get the first call's result. Amounts are in minor units of their currency.
 *
 * Every operation throws `PaymentUnanswered` when its outcome is not known; repeating the call tells it later.
 */
export type PaymentProvider = {
  /** The provider and its mode, stored with each payment and refund: only that provider may end them. */
  name: ProviderName;

  /** Returns the amounts that can be charged in a currency (ISO 4217); undefined when none can. Makes no request. */
  bounds(currency: string): AmountBounds | undefined;

  /**
   * Reserves `amount` with the buyer's payment method, or returns the state of an earlier try. Throws
   * `AmountNotChargeable` when the provider refuses the amount or currency: there is no payment then.
   */
  authorise(request: AuthoriseRequest): Promise<PaymentState>;

  /** Returns how a payment stands. It ends one that can't come about any more, and else changes nothing. */
  find(key: string): Promise<PaymentState>;

  /**
   * Ends a payment for good: an authorised or declined one stays so, and any other is `voided`, after which no late
   * `authorise` with the key can succeed.
   */
  close(key: string): Promise<FinalPaymentState>;

  /** Captures an authorised payment, once. `gone` when it is not authorised (any more): nothing was taken then. */
  capture(key: string): Promise<'captured' | 'gone'>;

  /**
   * Refunds `amount` of a payment, once for each `refundKey`, however often it is called; never more than was paid. A
   * whole payment that was not captured yet is voided; for a part it is captured first. Without a payment it refunds
   * nothing.
   *
   * Refunds made by hand at the provider count: after this call the buyer has got back the `earlier` refunds of the
   * order and this one, or more. `disputed`: the buyer has disputed the payment, and nothing is refunded.
   */
  refund(request: RefundRequest): Promise<RefundOutcome>;

  /**
   * Returns how a refund stands that was made: `failed` when the provider says that money came back since, so that
   * the same call of `refund` would give some again. It changes nothing.
   */
  findRefund(request: RefundRequest): Promise<RefundState>;

  /**
   * Refunds the whole of a payment that carries an order's key but is not the order's own, and leaves the order's own
   * alone. `reference` is the provider's name for it. Returns whether there was something to refund.
   */
  giveBackStray(request: { key: string; reference: string }): Promise<boolean>;

  /** Iterates over every payment that took or reserved money: `kept` after refunds, and `held`, not captured yet. */
  charges(): AsyncIterable<Charge>;
};

export type AuthoriseRequest = { key: string; amount: number; currency: string; methodUuid: string; userUuid: string };

/** A refund of an order: `earlier` are those of the same order that were opened before it. */
export type RefundRequest = EarlierRefund & { key: string; earlier: EarlierRefund[] };
export type EarlierRefund = { refundKey: string; amount: number };

export type ProviderName = 'sandbox' | 'stripe:test' | 'stripe:live';

/** In minor units: from `min` to `max`, in steps of `step`. */
export type AmountBounds = { min: number; max: number; step: number };

/** `isDisputed`: the buyer has disputed it, and the seller has not won. */
export type Charge = { key: string; kept: number; held: number; isDisputed: boolean };

export type FinalPaymentState = { is: 'authorised' } | { is: 'declined'; reason: DeclineReason } | { is: 'voided' };

/** `action`: the buyer must approve the payment first. `open`: the provider knows of none, or has not decided. */
export type PaymentState = FinalPaymentState | { is: 'action'; action: PaymentAction } | { is: 'open' };

/**
 * The client must do something to have its buyer approve the payment (3-D Secure): pass `clientSecret` to Stripe's own
 * library, or tell the sandbox.
 */
export type PaymentAction = { type: 'stripe'; clientSecret: string } | { type: 'sandbox' };

/** The reasons of a decline that a buyer may see. */
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

export type RefundState = { is: 'given' } | { is: 'failed'; reason: string };

export type RefundOutcome = 'voided' | 'refunded' | 'disputed' | 'nothing';

/**
 * Throws `AmountNotChargeable` unless the amount is free of charge or one that the provider takes, and each of its
 * `parts` (the tickets of an order) one that it can give back by itself.
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
