import { randomUUID } from 'node:crypto';
import { eachLimit } from '../../../../shared/async/each-limit.ts';
import { AppError } from '../../../../shared/errors.ts';
import type { SeatFeed } from '../../../../shared/feed/seat-feed.ts';
import type { TicketLocks } from '../../../../shared/locks/ticket-locks.ts';
import { type MaybeCaller, mayManage, mustBe } from '../caller.ts';
import { letGo } from '../order/complete-order.ts';
import type { Orders } from '../order/orders.ts';
import type { SaleObserver, Sales } from '../order/sale.ts';
import { type PaymentProvider, PaymentRefused, PaymentUnanswered } from '../payment/payment-provider.ts';
import type { SweepTimes } from '../sweep-orders.ts';
import type { OpenRefund, Refund, RefundRefusal, Refunds } from './refund.ts';

export type RefundDeps = PayBackDeps & {
  orders: Pick<Orders, 'view'>;
  sales: Pick<Sales, 'get'>;
  locks: Pick<TicketLocks, 'release' | 'uncover'>;
  feed: Pick<SeatFeed, 'publish'>;
  /** How long after its purchase a buyer may give an order back, in milliseconds; 0 is not at all. */
  refundWindowMs: number;
};

export type RefundRequest = {
  uuid?: string;
  orderUuid: string;
  userUuid: string;
  ticketUuids?: string[] | undefined;
};

/**
 * Takes tickets of an order back (all, unless they are named) and gives their money back, once. The seats are available from
 * this moment; a refund whose provider has not answered is `pending`, and settled later. Asked for again under its `uuid`
 * it returns the same refund.
 *
 * Throws `order_not_found` as `checkRefundable`, `order_not_refundable` when the order is not paid, or does not own a ticket
 * that is named, or another provider has its money; and, which binds no organiser, when the window is over, and
 * `event_begun`.
 */
export async function refundOrder(
  deps: RefundDeps,
  { uuid = randomUUID(), orderUuid, userUuid, ticketUuids }: RefundRequest,
  caller?: MaybeCaller,
): Promise<Refund> {
  const { isOrganiser } = await checkRefundable(deps, { orderUuid, userUuid }, caller);
  const { refunds, sales, payments, feed } = deps;
  const windowMs = isOrganiser ? undefined : deps.refundWindowMs;
  const refund = await refunds.open({ uuid, orderUuid, ticketUuids, windowMs, provider: payments.name });
  if (typeof refund === 'string') throw refusals[refund]();
  // Available at once: locks that were left when the order was settled must not outlive it. (Before its money is taken; the
  // sweep that takes it lets go of them, too.)
  await letGo(deps, 'release', (await sales.get(orderUuid))?.seats ?? []);
  for (const eventUuid of new Set(refund.tickets.map((ticket) => ticket.eventUuid))) feed.publish(eventUuid);
  return payBack(deps, refund);
}

/**
 * Throws `forbidden` unless the user is the caller, and `order_not_found` unless the order is the user's or the caller an
 * organiser. Returns what is theirs to decide.
 */
export async function checkRefundable(
  { orders }: Pick<RefundDeps, 'orders'>,
  { orderUuid, userUuid }: Pick<RefundRequest, 'orderUuid' | 'userUuid'>,
  caller?: MaybeCaller,
): Promise<{ isOrganiser: boolean }> {
  mustBe(caller, userUuid);
  const order = await orders.view(orderUuid);
  const by = caller ?? { userUuid, isOrganiser: false };
  if (!order || !mayManage(by, order.userUuid)) throw new AppError('order_not_found', 'Order not found');
  return by;
}

/**
 * Gives the money of pending refunds back. Safe to run in several processes at once. Returns how many it ended; throws the
 * first failure after it has tried all.
 */
export async function sweepRefunds(
  deps: PayBackDeps,
  { ageMs, leaseMs }: Omit<SweepTimes, 'actionMs'>,
): Promise<number> {
  let ended = 0;
  const lease = { ageMs, leaseMs, limit: batch, provider: deps.payments.name };
  await eachLimit(await deps.refunds.leasePending(lease), atOnce, async (refund) => {
    if ((await payBack(deps, refund)).status !== 'pending') ended++;
  });
  return ended;
}

const batch = 100;
const atOnce = 8;

type PayBackDeps = {
  refunds: Refunds;
  payments: Pick<PaymentProvider, 'refund' | 'name'>;
  observer: Pick<SaleObserver, 'refundPaid' | 'refundDisputed' | 'paymentRefused'>;
};

/** The refund's uuid is the provider's key, so that asking again moves no more money. */
async function payBack(
  { refunds, payments, observer }: PayBackDeps,
  { earlier, ...refund }: OpenRefund,
): Promise<Refund> {
  if (refund.status !== 'pending') return refund;
  const request = { key: refund.orderUuid, refundKey: refund.uuid, amount: refund.amount, earlier };
  try {
    const how = refund.amount > 0 ? await payments.refund(request) : 'nothing';
    const status = how === 'disputed' ? 'disputed' : 'succeeded';
    const isNews = await refunds.finish(refund.uuid, status);
    if (isNews) (status === 'disputed' ? observer.refundDisputed : observer.refundPaid)();
    return { ...refund, status };
  } catch (error) {
    if (!(error instanceof PaymentUnanswered)) throw error;
    if (error instanceof PaymentRefused) observer.paymentRefused(error.reason, error);
    return refund;
  }
}

const refused = (message: string) => () => new AppError('order_not_refundable', message);

const refusals: Record<RefundRefusal, () => AppError> = {
  'not paid': refused('The order is not paid, or all of it was given back: there is nothing to give back'),
  'not owned': refused('The order does not own these tickets, or not any more: name tickets that it owns'),
  'window over': refused('The time in which this order could be given back is over: ask the organiser'),
  'other provider': refused('The order was paid by a provider that takes no payments here any more: ask the organiser'),
  'event begun': () => new AppError('event_begun', 'The event has begun, and its tickets are kept: ask the organiser'),
};
