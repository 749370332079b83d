import { sweepLocks } from '../domain/reservation/sweep-locks.ts';
import type { Job } from './job.ts';

/** Clears away expired locks. Metric: `ticket_locks_expired_total`. */
export const locksJob = (ports: Parameters<typeof sweepLocks>[0]): Job => ({
  name: 'locks',
  run: () => sweepLocks(ports),
});
