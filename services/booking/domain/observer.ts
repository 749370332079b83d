import type { OrderOutcome } from './order/order.ts';
import type { RefundOutcome } from './payment/payment-provider.ts';

/** Port: counters of the sale. */
export type SaleObserver = {
  lockTaken(tickets: number): void;
  lockRefused(): void;
  locksExpired(count: number): void;
  ticketsSold(tickets: number): void;
  paymentDeclined(): void;
  paymentUnanswered(): void;
  /** A sweep or a webhook of the provider has ended an order. */
  orderSwept(status: OrderOutcome['status']): void;
  /** An authorisation was captured; or voided with its order; or is gone, which needs a person's attention. */
  paymentCaptured(how: 'captured' | 'voided' | 'gone'): void;
  /** Money that came for an order that had been given up, or twice, was refunded. */
  paymentGivenBack(how: Exclude<RefundOutcome, 'nothing'> | 'stray'): void;
  refundPaid(): void;
  /** A refund that the provider had accepted failed: it needs a person's attention. */
  refundFailed(): void;
  /** The buyer has disputed a payment. */
  paymentDisputed(): void;
  /** A refund met a dispute: the buyer has the money already. */
  refundDisputed(): void;
  /** The provider has refused a step of a payment for a `reason` that needs a person's attention. */
  paymentRefused(reason: string, cause: unknown): void;
};
