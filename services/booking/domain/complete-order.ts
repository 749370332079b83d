import { AppError } from '../../../shared/errors.ts';
import { type PaymentProvider, PaymentUnanswered, type Standing } from './payment-provider.ts';
import type { Ending, Order, SaleObserver, Sales } from './sale.ts';

export type CompleteDeps = { sales: Sales; payments: PaymentProvider; observer: SaleObserver };

/**
 * Carries a pending order to its end: has its buyer's money authorised and books its tickets, or frees them; the money is
 * taken later (`sweepCaptures`). Any number of callers may do this for one order at once or again, in any process: there is
 * one payment, and the first to settle decides.
 *
 * Throws `payment_declined` (the tickets are free) with the `reason`; `payment_requires_action` with the order's uuid and the
 * `action` that its buyer must take, after which the same is done again; `payment_pending` when the provider gave no answer
 * (the order stays pending and is settled later); and `ticket_not_reserved` when the order had been given up meanwhile.
 */
export async function completeOrder(deps: CompleteDeps, order: Order): Promise<void> {
  const standing = await authorise(deps, order);
  const ending = await conclude(deps, order, standing);
  if (ending?.status === 'paid') return;
  if (standing.is === 'declined') {
    throw new AppError('payment_declined', 'Payment was declined', { details: { reason: standing.reason } });
  }
  if (ending) throw new AppError('ticket_not_reserved', 'Ticket is not reserved for this user');
  if (standing.is !== 'action') throw unanswered();
  throw new AppError('payment_requires_action', 'The buyer must approve the payment; then repeat the request', {
    details: { order_uuid: order.uuid, action: standing.action },
  });
}

async function authorise({ payments, observer }: CompleteDeps, order: Order): Promise<Standing> {
  const { uuid: key, total: amount, currency, methodUuid, userUuid } = order;
  if (amount === 0) return { is: 'authorised' };
  try {
    return await payments.authorise({ key, amount, currency, methodUuid, userUuid });
  } catch (error) {
    if (!(error instanceof PaymentUnanswered)) throw error;
    observer.paymentUnanswered();
    throw unanswered(error);
  }
}

/**
 * Writes down how an order's payment stands; money that came too late for the order is given back. Answers how the order has
 * ended, undefined while it is pending.
 */
export async function conclude(deps: CompleteDeps, order: Order, standing: Standing): Promise<Ending | undefined> {
  const { sales, payments, observer } = deps;
  if (standing.is === 'open') return undefined;
  if (standing.is === 'action') {
    await sales.awaitAction(order.uuid, standing.action);
    return undefined;
  }
  if (standing.is !== 'authorised') {
    const failed = await sales.fail(order.uuid, standing);
    if (failed.changed && standing.is === 'declined') observer.paymentDeclined();
    return failed;
  }
  const settled = await sales.settle(order.uuid);
  if (settled.booked) observer.ticketsSold(settled.booked);
  if (settled.status === 'failed') {
    const how = await payments.refund({ key: order.uuid, refundKey: order.uuid, amount: order.total });
    if (how !== 'nothing') {
      await sales.recordGivenBack(order.uuid, how);
      observer.paymentGivenBack(how);
    }
  }
  return settled;
}

const unanswered = (cause?: unknown) =>
  new AppError('payment_pending', 'The payment has no answer yet; repeat the request in a moment', { cause });
