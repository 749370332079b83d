import { eachLimit } from '../../../../shared/async/each-limit.ts';
import { type CompletionPorts, letGoOf } from '../order/complete-order.ts';
import type { KnownOrder } from '../order/order.ts';
import { unlessUnanswered } from './unless-unanswered.ts';

const batch = 100;
const atOnce = 8;

/**
 * Captures all money that is authorised for booked tickets. Safe to run in several processes at once: for `leaseMs` no
 * other process leases a payment. Returns how many payments it ended; throws the first failure after it has tried all.
 */
export async function sweepCaptures(ports: CompletionPorts, { leaseMs }: { leaseMs: number }): Promise<number> {
  let ended = 0;
  for (;;) {
    const lease = { leaseMs, limit: batch, provider: ports.payments.name };
    const due = await ports.unfinishedPayments.leaseUncaptured(lease);
    let captured = 0;
    await eachLimit(due, atOnce, async (one) => {
      if (await unlessUnanswered(ports.observer, capture(ports, one))) captured++;
    });
    ended += captured;
    // Unfinished payments are left to a later sweep.
    if (due.length < batch || captured === 0) return ended;
  }
}

async function capture(ports: CompletionPorts, { order, seats }: KnownOrder): Promise<true> {
  const { unfinishedPayments, payments, observer } = ports;
  const how = order.total === 0 ? 'captured' : await payments.capture(order.uuid);
  // Locks are left if the process died, or the lock store was away, between the sale and the release. They end here, so
  // that tickets that are given back later are available at once.
  await letGoOf(ports, 'release', seats);
  const status = await unfinishedPayments.recordCapture(order.uuid, how);
  observer.paymentCaptured(how === 'gone' && status === 'refunded' ? 'voided' : how);
  return true;
}
