import { eachLimit } from '../../../../shared/async/each-limit.ts';
import { AppError, isAppError } from '../../../../shared/errors.ts';
import { sameUuid } from '../../../../shared/idempotency/same-uuid.ts';
import { codes, PaymentUnanswered } from '../errors.ts';
import { advanceOrder } from '../order/advance-order.ts';
import { type CompletionPorts, letGo } from '../order/complete-order.ts';
import type { KnownOrder } from '../order/order.ts';
import { unlessUnanswered } from '../payment/unless-unanswered.ts';
import type { Ports } from '../ports.ts';
import { payBack } from '../refund/pay-back.ts';
import { releaseReservation } from '../reservation/release-reservation.ts';
import type { OrdersLeft } from './operation.ts';

export type RefundEventPorts = CompletionPorts & Pick<Ports, 'operations' | 'refunds' | 'reservations'>;

/**
 * In milliseconds: no other process takes a leased operation for `leaseMs`, one that could not be ended is tried again
 * after `againMs`, none ends before it is `settleMs` old, and each tells how far it is every `tellMs` (a second), and after each
 * page of orders.
 */
export type OperationTimes = { leaseMs: number; againMs: number; settleMs: number; tellMs?: number };

/** Each time, what is left of the event is counted. */
const usualTellMs = 1_000;

const batch = 200;
const atOnce = 8;
const maxNamed = 20;
/** The longest lifetime of a lock. */
const longestLockMs = 86_400_000;

/**
 * Goes on with the operations that give the buyers of cancelled events their money back, until there is none to do or
 * `closing` aborts. A process may die at any point, and several may work on one operation: each refund has a uuid that
 * is the same each time, so none is made twice. Returns how many operations it ended.
 */
export async function refundCancelledEvents(
  ports: RefundEventPorts,
  times: OperationTimes,
  closing?: AbortSignal,
): Promise<number> {
  let ended = 0;
  while (!closing?.aborted) {
    const operation = await ports.operations.lease(times.leaseMs);
    if (!operation) break;
    if (await refundEvent(ports, operation, times, closing)) ended++;
  }
  return ended;
}

type Leased = { uuid: string; eventUuid: string };
type Left = OrdersLeft['orders'];

/** Returns whether the operation has ended. Throws the first failure after it has tried all orders. */
async function refundEvent(
  ports: RefundEventPorts,
  operation: Leased,
  { leaseMs, againMs, settleMs, tellMs = usualTellMs }: OperationTimes,
  closing?: AbortSignal,
): Promise<boolean> {
  const { operations } = ports;
  const { uuid, eventUuid } = operation;
  const goesOn = async () => {
    await operations.note(uuid, { leaseMs });
    return !closing?.aborted;
  };
  let told = performance.now();
  const tell = async () => {
    if (performance.now() - told < tellMs) return;
    told = performance.now();
    await operations.note(uuid, { leaseMs });
  };
  await eachPage(
    (page) => operations.openReservations(eventUuid, { ...page, withinMs: longestLockMs }),
    async (reservation) => {
      if (!closing?.aborted) await endHold(ports, reservation.uuid);
    },
    goesOn,
  );
  const left: Left = [];
  const failures: unknown[] = [];
  await eachPage(
    (page) => operations.liveOrders(eventUuid, page),
    async (live) => {
      if (closing?.aborted) return;
      const reason = await giveBack(ports, operation, live).catch((error: unknown) => {
        failures.push(error);
        return 'failed: the log tells why';
      });
      if (reason) left.push({ uuid: live.order.uuid, reason });
      await tell();
    },
    goesOn,
  );
  if (closing?.aborted) {
    await operations.note(uuid, { leaseMs: 0 });
    return false;
  }
  const ended = left.length === 0 && (await operations.finish(uuid, settleMs));
  if (!ended) await operations.note(uuid, { leaseMs: againMs, error: left.length === 0 ? null : ordersLeft(left) });
  if (failures.length > 0) throw failures[0];
  return ended;
}

/** Does `work` for every item of every page, some at once, while it `goesOn`. */
async function eachPage<T extends { position: number }>(
  read: (page: { after: number; limit: number }) => Promise<T[]>,
  work: (item: T) => Promise<void>,
  goesOn: () => Promise<boolean>,
): Promise<void> {
  for (let after = 0; ; ) {
    const items = await read({ after, limit: batch });
    await eachLimit(items, atOnce, work);
    if (items.length < batch || !(await goesOn())) return;
    after = items.at(-1)!.position;
  }
}

/** Releases a reservation, and calls off a payment for it that is under way. Orders are another step's. */
async function endHold(ports: RefundEventPorts, uuid: string): Promise<void> {
  try {
    await releaseReservation(ports, { actor: { is: 'system' }, uuid });
  } catch (error) {
    const isOrders = error instanceof PaymentUnanswered || isAppError(error, codes.reservationSold.code);
    if (!isOrders && !isAppError(error, codes.reservationNotFound.code)) throw error;
  }
}

/**
 * Calls off an order's payment, or gives all its tickets back; returns the reason why that is not possible yet. A
 * refund that the provider has not confirmed is left to the sweep of refunds.
 */
async function giveBack(ports: RefundEventPorts, operation: Leased, known: KnownOrder): Promise<string | undefined> {
  const { refunds, payments, observer, feed } = ports;
  const { order, seats } = known;
  if (order.status === 'pending') {
    const outcome = await unlessUnanswered(observer, advanceOrder(ports, known, payments.close));
    if (!outcome) return 'payment_pending';
    if (outcome.status !== 'paid') {
      await letGo(ports, 'release', seats);
      return undefined;
    }
  }
  const refund = await refunds.open({
    ...{ uuid: sameUuid(operation.uuid, order.uuid), orderUuid: order.uuid, provider: payments.name },
    cause: 'the event is cancelled',
  });
  if (refund === 'other provider') return 'other_provider';
  // The buyer was faster.
  if (refund === 'not paid') return undefined;
  if (typeof refund === 'string') throw new AppError('internal', `order ${order.uuid} is ${refund}`);
  await letGo(ports, 'release', seats);
  feed.publish(operation.eventUuid);
  await payBack(ports, refund);
  return undefined;
}

const ordersLeft = (left: Left): OrdersLeft => ({
  error: 'orders_left',
  message:
    left.length > maxNamed
      ? `${left.length} orders can’t be given back yet, such as these; each is tried again`
      : 'These orders can’t be given back yet; each is tried again',
  orders: left.slice(0, maxNamed),
});
