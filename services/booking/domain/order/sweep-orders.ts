import { eachLimit } from '../../../../shared/async/each-limit.ts';
import { unlessUnanswered } from '../payment/unless-unanswered.ts';
import { advanceOrder } from './advance-order.ts';
import type { CompletionPorts } from './complete-order.ts';

/**
 * When a sweep takes something up, in milliseconds: what has been pending for `ageMs`, and waits for its buyer no longer than
 * `actionMs`. For `leaseMs` it is then this process's alone.
 */
export type SweepTimes = { ageMs: number; actionMs: number; leaseMs: number };

const batch = 100;
const atOnce = 8;

/**
 * Ends the orders that have been pending for too long: the process that made them has died, the provider did not answer it, or
 * the buyer never approved the payment. What was authorised is sold, anything else is freed. Safe to run in several
 * processes at once. Returns how many orders it ended; throws the first failure after it has tried all.
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
