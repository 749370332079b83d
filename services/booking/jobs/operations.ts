import { type RefundEventPorts, refundCancelledEvents } from '../domain/event/refund-event.ts';
import { type Job, jobPauseMs, leaseMs } from './job.ts';

/** A statement of the sale that began before the event was cancelled may still end after the deadline of statements. */
const marginMs = 1_000;

/** Gives the buyers of cancelled events their money back. Metric: `mass_refunds`. */
export const operationsJob = (
  ports: RefundEventPorts,
  { deadlineMs, closing }: { deadlineMs: number; closing: AbortSignal },
): Job => ({
  name: 'operations',
  run: () => refundCancelledEvents(ports, { leaseMs, againMs: jobPauseMs, settleMs: deadlineMs + marginMs }, closing),
});
