import { eachLimit } from '../../../../shared/async/each-limit.ts';
import { unlessUnanswered } from '../payment/unless-unanswered.ts';
import { advanceOrder } from './advance-order.ts';
import type { CompletionPorts } from './complete-order.ts';

/**
 * When a sweep leases an order, in milliseconds: it has been pending for `ageMs`, or, if it waits for its buyer, for
 * `actionMs`. For `leaseMs` no other process leases it.
 */
export type SweepTimes = { ageMs: number; actionMs: number; leaseMs: number };

const batch = 100;
const atOnce = 8;

/**
 * Ends the orders that have been pending for too long: the process that made them has died, the provider did not
 * respond, or the buyer never approved the payment. An authorised order is paid, any other fails and frees its seats.
 * Safe to run in several processes at once. Returns how many orders it ended; throws the first failure after it has
 * tried all.
 */
export async function sweepOrders(ports: CompletionPorts, times: SweepTimes): Promise<number> {
  const { unfinishedPayments, payments, observer } = ports;
  let ended = 0;
  const lease = { ...times, limit: batch, provider: payments.name };
  await eachLimit(await unfinishedPayments.leasePending(lease), atOnce, async (due) => {
    const ask = due.waits ? payments.find : payments.close;
    const outcome = await unlessUnanswered(observer, advanceOrder(ports, due, ask));
    if (outcome?.changed) ended++;
  });
  return ended;
}
