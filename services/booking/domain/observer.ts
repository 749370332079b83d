import type { OrderOutcome } from './order/order.ts';
import type { RefundOutcome } from './payment/payment-provider.ts';

/** Port: what the sale counts. */
export type SaleObserver = {
  lockTaken(tickets: number): void;
  lockRefused(): void;
  locksExpired(count: number): void;
  ticketsSold(tickets: number): void;
  paymentDeclined(): void;
  paymentUnanswered(): void;
  /** A sweep or a webhook of the provider has brought an order to this end. */
  orderSwept(status: OrderOutcome['status']): void;
  /** What was authorised was taken; or was voided with its order; or is gone, and somebody must look at it. */
  paymentCaptured(how: 'captured' | 'voided' | 'gone'): void;
  /** Money came for an order that had been given up, or twice, and went back. */
  paymentGivenBack(how: Exclude<RefundOutcome, 'nothing'> | 'stray'): void;
  refundPaid(): void;
  /** The provider could not give back what it had agreed to: somebody must look at it. */
  refundFailed(): void;
  /** The buyer has had their bank take a payment back. */
  paymentDisputed(): void;
  /** A refund met that: the buyer has the money already. */
  refundDisputed(): void;
  /** The provider has refused a step of a payment for a `reason` that somebody must look at. */
  paymentRefused(reason: string, cause: unknown): void;
};
