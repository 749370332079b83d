import { AmountNotChargeable, PaymentRefused, PaymentUnanswered } from '../errors.ts';
import type { DeclineReason, PaymentAction, PaymentProvider, PaymentState } from '../payment/payment-provider.ts';
import type { Ports } from '../ports.ts';
import type { Order, OrderOutcome, OrderSeats } from './order.ts';

export type CompletionPorts = Pick<Ports, 'orders' | 'unfinishedPayments' | 'payments' | 'feed' | 'observer'> & {
  locks: Pick<Ports['locks'], 'release' | 'uncover'>;
};

/**
 * The outcome of an order:
 *
 * - `paid`: its tickets are booked.
 * - `declined`: its tickets are free.
 * - `action`: its buyer must take an action, and then retry.
 * - `pending`: the provider did not respond (`cause`). A sweep settles the order later.
 * - `given up`: a sweep gave it up meanwhile, after which the tickets may still be held, or its reservation was
 *   released.
 */
export type Completion =
  | { is: 'paid' }
  | { is: 'declined'; reason: DeclineReason }
  | { is: 'action'; orderUuid: string; action: PaymentAction }
  | { is: 'pending'; cause?: unknown }
  | { is: 'given up' };

/**
 * Completes a pending order: authorises its payment and books its tickets, or frees them; the money is captured later
 * (`sweepCaptures`). Any number of callers may do this for one order at once or again, in any process: there is one
 * payment, and the first to settle decides. Throws `amount_not_chargeable`.
 */
export async function completeOrder(ports: CompletionPorts, order: Order): Promise<Completion> {
  const authorised = await authorise(ports, order);
  if ('unanswered' in authorised) return { is: 'pending', cause: authorised.unanswered };
  const { state } = authorised;
  const outcome = await conclude(ports, order, state);
  if (outcome?.status === 'paid') return { is: 'paid' };
  if (state.is === 'declined') return state;
  if (outcome) return { is: 'given up' };
  return state.is === 'action' ? { ...state, orderUuid: order.uuid } : { is: 'pending' };
}

async function authorise(
  ports: CompletionPorts,
  order: Order,
): Promise<{ state: PaymentState } | { unanswered: PaymentUnanswered }> {
  const { payments, observer } = ports;
  const { uuid: key, total: amount, currency, methodUuid, userUuid } = order;
  if (amount === 0) return { state: { is: 'authorised' } };
  try {
    checkProvider(payments, order);
    return { state: await payments.authorise({ key, amount, currency, methodUuid, userUuid }) };
  } catch (error) {
    if (error instanceof AmountNotChargeable) await conclude(ports, order, await payments.close(key));
    if (!(error instanceof PaymentUnanswered)) throw error;
    if (error instanceof PaymentRefused) observer.paymentRefused(error.reason, error);
    observer.paymentUnanswered();
    return { unanswered: error };
  }
}

/** Throws `PaymentUnanswered` for a payment of another provider: only that provider knows its state, and ends it. */
export function checkProvider({ name }: Pick<PaymentProvider, 'name'>, { uuid, total, provider }: Order): void {
  if (total === 0 || provider === null || provider === name) return;
  throw new PaymentUnanswered(new Error(`order ${uuid} is paid by ${provider}, and this is ${name}`));
}

/**
 * Stores the state of an order's payment, then releases or shortens the locks of its seats; money that came too late
 * for the order is refunded. Returns how the order has ended, undefined while it is pending.
 */
export async function conclude(
  ports: CompletionPorts,
  order: Order,
  state: PaymentState,
): Promise<OrderOutcome | undefined> {
  const { orders, unfinishedPayments, payments, observer } = ports;
  if (state.is === 'open') return undefined;
  if (state.is === 'action') {
    await orders.awaitAction(order.uuid, state.action);
    return undefined;
  }
  if (state.is !== 'authorised') {
    const failed = await orders.fail(order.uuid, state);
    if (failed.changed && state.is === 'declined') observer.paymentDeclined();
    if (failed.changed) await letGo(ports, 'uncover', failed.seats);
    return failed;
  }
  const settled = await orders.settle(order.uuid);
  if (settled.booked) observer.ticketsSold(settled.booked);
  if (settled.status === 'failed') {
    const request = { key: order.uuid, refundKey: order.uuid, amount: order.total, earlier: [] };
    const how = await payments.refund(request);
    if (how === 'voided' || how === 'refunded') {
      await unfinishedPayments.recordGivenBack(order.uuid, how);
      observer.paymentGivenBack(how);
    }
    return settled;
  }
  // The seats show as booked, or are free again, from here on.
  await letGo(ports, 'release', settled.seats);
  return settled;
}

type LetGoPorts = Pick<CompletionPorts, 'locks' | 'feed'>;

/**
 * Frees the locks under which seats were bought (`release`), or lets them end with their holds again (`uncover`).
 * Throws `unavailable`.
 */
export async function letGoOf(
  { locks, feed }: LetGoPorts,
  how: 'release' | 'uncover',
  seats: OrderSeats,
): Promise<void> {
  for (const { eventUuid, locks: held } of seats) {
    if (held.length > 0 && (await locks[how]({ eventUuid, locks: held })) > 0) feed.publish(eventUuid);
  }
}

/** Like `letGoOf`, but never fails: locks that can't be reached expire by themselves, or a sweep releases them. */
export const letGo = (...args: Parameters<typeof letGoOf>): Promise<void> => letGoOf(...args).catch(() => {});
