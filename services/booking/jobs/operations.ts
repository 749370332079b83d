import { type OperationTimes, type RefundEventPorts, refundCancelledEvents } from '../domain/event/refund-event.ts';
import { type Job, jobPauseMs, leaseMs } from './job.ts';

/** A sale's statement ends long before. */
const settleMs = 5_000;

const usual: OperationTimes = { leaseMs, againMs: jobPauseMs, settleMs };

/** Gives the buyers of cancelled events their money back. Metric: `mass_refunds`. */
export const operationsJob = (ports: RefundEventPorts, closing: AbortSignal): Job => ({
  name: 'operations',
  run: () => refundCancelledEvents(ports, usual, closing),
});
