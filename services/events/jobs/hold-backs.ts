import type { Job } from '../../../shared/process/jobs.ts';
import { type HoldBackPorts, releaseDueHoldBacks } from '../domain/offer/hold-backs.ts';

/** Puts the seats of hold-backs on sale when their time has come. */
export const holdBacksJob = (ports: HoldBackPorts): Job => ({
  name: 'hold-backs',
  run: () => releaseDueHoldBacks(ports),
});
