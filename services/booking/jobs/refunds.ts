import type { PayBackPorts } from '../domain/refund/pay-back.ts';
import { sweepRefunds } from '../domain/refund/sweep-refunds.ts';
import { type Job, leaseMs } from './job.ts';

/** Pays refunds to which the provider has not responded. Metric: `refunds_paid_total`. */
export const refundsJob = (ports: PayBackPorts, { ageMs }: { ageMs: number }): Job => ({
  name: 'refunds',
  run: () => sweepRefunds(ports, { ageMs, leaseMs }),
});
