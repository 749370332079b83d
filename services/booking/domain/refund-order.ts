import { randomUUID } from 'node:crypto';
import { AppError } from '../../../shared/errors.ts';
import type { SeatFeed } from '../../../shared/feed/seat-feed.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { type MaybeCaller, mayManage, mustBe } from './caller.ts';
import type { Orders } from './orders.ts';
import { type PaymentProvider, PaymentUnanswered } from './payment-provider.ts';
import type { Refund, Refunds } from './refund.ts';
import type { SaleObserver } from './sale.ts';
import type { SweepTimes } from './sweep-orders.ts';

export type RefundDeps = {
  refunds: Refunds;
  orders: Pick<Orders, 'view'>;
  payments: Pick<PaymentProvider, 'refund'>;
  feed: Pick<SeatFeed, 'publish'>;
  observer: Pick<SaleObserver, 'refundPaid'>;
  /** How long after its purchase a buyer may give an order back, in milliseconds; 0 is not at all. */
  refundWindowMs: number;
  now: () => number;
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
 * it answers with the same refund.
 *
 * Throws `order_not_found` unless the order is the user's or the caller an organiser, `order_not_refundable` when it is not
 * paid, when it does not own a ticket that is named, or when the window is over, which binds no organiser; and `forbidden`
 * unless the user is the caller.
 */
export async function refundOrder(
  deps: RefundDeps,
  { uuid = randomUUID(), orderUuid, userUuid, ticketUuids }: RefundRequest,
  caller?: MaybeCaller,
): Promise<Refund> {
  mustBe(caller, userUuid);
  const { refunds, orders, feed } = deps;
  const order = await orders.view(orderUuid);
  const by = caller ?? { userUuid, isOrganiser: false };
  if (!order || !mayManage(by, order.userUuid)) throw new AppError('order_not_found', 'Order not found');
  if (!by.isOrganiser && deps.now() - Date.parse(order.createdAt) > deps.refundWindowMs) {
    throw notRefundable('The time in which this order could be given back is over');
  }
  const refund = await refunds.open({ uuid, orderUuid, ticketUuids });
  if (!refund) throw notRefundable('The order is not paid, or does not own these tickets any more');
  for (const eventUuid of new Set(refund.tickets.map((ticket) => ticket.eventUuid))) feed.publish(eventUuid);
  return payBack(deps, refund);
}

/**
 * Gives the money of pending refunds back. Safe to run in several processes at once. Answers how many it ended; throws the
 * first failure after it has tried all.
 */
export async function sweepRefunds(
  deps: PayBackDeps,
  { ageMs, leaseMs }: Omit<SweepTimes, 'actionMs'>,
): Promise<number> {
  let ended = 0;
  await inParallel(await deps.refunds.leasePending({ ageMs, leaseMs, limit: batch }), atOnce, async (refund) => {
    if ((await payBack(deps, refund)).status === 'succeeded') ended++;
  });
  return ended;
}

const batch = 100;
const atOnce = 8;

type PayBackDeps = Pick<RefundDeps, 'refunds' | 'payments' | 'observer'>;

/** The refund's uuid is the provider's key, so whoever asks again moves no more money. */
async function payBack({ refunds, payments, observer }: PayBackDeps, refund: Refund): Promise<Refund> {
  try {
    if (refund.amount > 0)
      await payments.refund({ key: refund.orderUuid, refundKey: refund.uuid, amount: refund.amount });
  } catch (error) {
    if (error instanceof PaymentUnanswered) return refund;
    throw error;
  }
  if (await refunds.finish(refund.uuid)) observer.refundPaid();
  return { ...refund, status: 'succeeded' };
}

const notRefundable = (message: string) => new AppError('order_not_refundable', message);
