/**
 * Port: who takes the money. A charge is named by its key (the order's uuid): however often it is asked for, from
 * whatever process, the money moves at most once, and later calls get the first call's answer.
 */
export type PaymentProvider = {
  /** Takes `amount` minor units of `currency`. Throws `PaymentUnanswered` when the outcome is not known. */
  charge(request: { key: string; amount: number; currency: string; methodUuid: string }): Promise<ChargeOutcome>;

  /**
   * Settles what became of a charge, for good: what was charged or declined stays so, and a charge that never arrived
   * is `voided`, after which no late `charge` with the key can succeed. Throws `PaymentUnanswered`.
   */
  close(key: string): Promise<ChargeOutcome>;

  /**
   * Gives `amount` of a charge back, once for each `refundKey`, however often it is called; never more than was taken. Of a
   * charge that took nothing it does nothing. Throws `PaymentUnanswered`.
   */
  refund(request: { key: string; refundKey: string; amount: number }): Promise<void>;

  /** Every charge that took something, and what of it is kept after refunds, in minor units. Throws `PaymentUnanswered`. */
  charges(): AsyncIterable<{ key: string; kept: number }>;
};

export type ChargeOutcome = 'charged' | 'declined' | 'voided';

/** The provider did not answer: money may have moved or not. Ask again with the same key. */
export class PaymentUnanswered extends Error {
  constructor(cause?: unknown) {
    super('the payment provider did not answer', { cause });
    this.name = 'PaymentUnanswered';
  }
}
