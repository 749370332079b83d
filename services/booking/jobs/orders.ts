import type { CompletionPorts } from '../domain/order/complete-order.ts';
import { type SweepTimes, sweepOrders } from '../domain/order/sweep-orders.ts';
import { type Job, leaseMs } from './job.ts';

/** Ends the orders that have been pending for too long. Metric: `orders_swept_total`. */
export const ordersJob = (ports: CompletionPorts, times: Omit<SweepTimes, 'leaseMs'>): Job => ({
  name: 'orders',
  run: () => sweepOrders(ports, { ...times, leaseMs }),
});
