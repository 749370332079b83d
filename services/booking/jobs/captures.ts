import type { CompletionPorts } from '../domain/order/complete-order.ts';
import { sweepCaptures } from '../domain/payment/sweep-captures.ts';
import { type Job, leaseMs } from './job.ts';

/** Captures authorised payments. Metric: `payments_captured_total`. */
export const capturesJob = (ports: CompletionPorts): Job => ({
  name: 'captures',
  run: () => sweepCaptures(ports, { leaseMs }),
});
