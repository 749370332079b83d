import { AppError } from '../../../shared/errors.ts';
import { type ChargeOutcome, type PaymentProvider, PaymentUnanswered } from './payment-provider.ts';
import type { Ended, Order, SaleObserver, Sales } from './sale.ts';

export type CompleteDeps = { sales: Sales; payments: PaymentProvider; observer: SaleObserver };

/**
 * Carries a pending order to its end: charges its buyer and books its tickets, or frees them. Any number of callers may
 * do this for one order at once or again, in any process: the charge is made once, and the first to settle decides.
 *
 * Throws `payment_declined` (the tickets are free), `payment_pending` when the provider gave no answer (the order stays
 * pending and is settled later), and `ticket_not_reserved` when the order had been given up meanwhile.
 */
export async function completeOrder(deps: CompleteDeps, order: Order): Promise<void> {
  const { payments, observer } = deps;
  const { uuid: key, total: amount, currency, methodUuid } = order;
  const outcome = await payments.charge({ key, amount, currency, methodUuid }).catch((error: unknown) => {
    if (!(error instanceof PaymentUnanswered)) throw error;
    observer.paymentUnanswered();
    throw new AppError('payment_pending', 'The payment has no answer yet; repeat the request in a moment', {
      cause: error,
    });
  });
  const status = await conclude(deps, order, outcome);
  if (status === 'paid') return;
  if (outcome === 'declined') throw new AppError('payment_declined', 'Payment was declined');
  throw new AppError('ticket_not_reserved', 'Ticket is not reserved for this user');
}

/** Writes down what became of an order's charge; a charge that came too late to be honoured is given back. */
export async function conclude(deps: CompleteDeps, order: Order, outcome: ChargeOutcome): Promise<Ended> {
  const { sales, payments, observer } = deps;
  if (outcome !== 'charged') {
    const { status, changed } = await sales.fail(order.uuid, outcome);
    if (changed && outcome === 'declined') observer.paymentDeclined();
    return status;
  }
  const { status, booked = 0 } = await sales.settle(order.uuid);
  if (booked > 0) observer.ticketsSold(booked);
  if (status === 'failed') {
    await payments.refund({ key: order.uuid, refundKey: order.uuid, amount: order.total });
    await sales.recordRefund(order.uuid);
  }
  return status;
}
