import { AppError } from '../../../../shared/errors.ts';
import type { SeatFeed } from '../../../../shared/feed/seat-feed.ts';
import type { TicketLocks } from '../../../../shared/locks/ticket-locks.ts';
import {
  AmountNotChargeable,
  type DeclineReason,
  type PaymentProvider,
  PaymentRefused,
  PaymentUnanswered,
  type Standing,
} from '../payment/payment-provider.ts';
import type { Ending, Order, OrderSeats, SaleObserver, Sales } from './sale.ts';

export type CompleteDeps = {
  sales: Sales;
  payments: PaymentProvider;
  locks: Pick<TicketLocks, 'release' | 'uncover'>;
  feed: Pick<SeatFeed, 'publish'>;
  observer: SaleObserver;
};

/**
 * Carries a pending order to its end: has its buyer's money authorised and books its tickets, or frees them; the money is
 * taken later (`sweepCaptures`). Any number of callers may do this for one order at once or again, in any process: there is
 * one payment, and the first to settle decides.
 *
 * Throws `payment_declined` (the tickets are free) with the `reason`; `payment_requires_action` with the order's uuid and the
 * `action` that its buyer must take, after which the same is done again; `payment_pending` when the provider gave no answer
 * (the order stays pending and is settled later); `amount_not_chargeable`; and `ticket_not_reserved` when the order had been
 * given up meanwhile: by a sweep, after which the tickets may still be held (see `givenUp`), or with its reservation.
 */
export async function completeOrder(deps: CompleteDeps, order: Order): Promise<void> {
  const standing = await authorise(deps, order);
  const ending = await conclude(deps, order, standing);
  if (ending?.status === 'paid') return;
  if (standing.is === 'declined') {
    throw declined(standing.reason);
  }
  if (ending) throw new AppError('ticket_not_reserved', 'Ticket is not reserved for this user');
  if (standing.is !== 'action') throw unanswered();
  throw new AppError('payment_requires_action', 'The buyer must approve the payment; then repeat the request', {
    details: { order_uuid: order.uuid, action: standing.action },
  });
}

async function authorise(deps: CompleteDeps, order: Order): Promise<Standing> {
  const { payments, observer } = deps;
  const { uuid: key, total: amount, currency, methodUuid, userUuid } = order;
  if (amount === 0) return { is: 'authorised' };
  try {
    checkProvider(payments, order);
    return await payments.authorise({ key, amount, currency, methodUuid, userUuid });
  } catch (error) {
    if (error instanceof AmountNotChargeable) await conclude(deps, order, await payments.close(key));
    if (!(error instanceof PaymentUnanswered)) throw error;
    if (error instanceof PaymentRefused) observer.paymentRefused(error.reason, error);
    observer.paymentUnanswered();
    throw unanswered(error);
  }
}

/** Throws `PaymentUnanswered` for a payment of another provider: only that one knows how it stands, and ends it. */
export function checkProvider({ name }: Pick<PaymentProvider, 'name'>, { uuid, total, provider }: Order): void {
  if (total === 0 || provider === null || provider === name) return;
  throw new PaymentUnanswered(new Error(`order ${uuid} is paid by ${provider}, and this is ${name}`));
}

/**
 * Writes down how an order's payment stands, and lets the locks of its seats follow; money that came too late for the order is
 * given back. Returns how the order has ended, undefined while it is pending.
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
    if (failed.changed) await letGo(deps, 'uncover', failed.seats);
    return failed;
  }
  const settled = await sales.settle(order.uuid);
  if (settled.booked) observer.ticketsSold(settled.booked);
  if (settled.status === 'failed') {
    const request = { key: order.uuid, refundKey: order.uuid, amount: order.total, earlier: [] };
    const how = await payments.refund(request);
    if (how === 'voided' || how === 'refunded') {
      await sales.recordGivenBack(order.uuid, how);
      observer.paymentGivenBack(how);
    }
    return settled;
  }
  // The seats show as booked, or are free again, from here on.
  await letGo(deps, 'release', settled.seats);
  return settled;
}

type LetGoDeps = Pick<CompleteDeps, 'locks' | 'feed'>;

/**
 * Frees the locks under which seats were bought (`release`), or lets them end with their holds again (`uncover`). Throws
 * `unavailable`.
 */
export async function letGoOf(
  { locks, feed }: LetGoDeps,
  how: 'release' | 'uncover',
  seats: OrderSeats,
): Promise<void> {
  for (const { eventUuid, locks: held } of seats) {
    if (held.length > 0 && (await locks[how]({ eventUuid, locks: held })) > 0) feed.publish(eventUuid);
  }
}

/** As `letGoOf`, where nothing depends on it: what can't be reached ends by itself, or a sweep lets go of it. */
export const letGo = (...args: Parameters<typeof letGoOf>): Promise<void> => letGoOf(...args).catch(() => {});

export const declined = (reason: DeclineReason) =>
  new AppError('payment_declined', 'Payment was declined', { details: { reason } });

/** A sweep was faster than the provider's answer: nothing was paid, and what is still held can be paid for again. */
export const givenUp = () =>
  new AppError('payment_declined', 'The payment did not come about: try again', {
    details: { reason: 'processing_error' satisfies DeclineReason },
  });

const unanswered = (cause?: unknown) =>
  new AppError('payment_pending', 'The payment has no answer yet; repeat the request in a moment', { cause });
