import { every } from '../../../shared/process/lifecycle.ts';
import type { Logger } from '../../../shared/process/log.ts';
import { jobLog } from './job-log.ts';

/**
 * Work that is repeated as long as the process lives. Any number of processes may do it at once: what one has taken up is its
 * own for a while (its lease), or harmless to do twice.
 */
export type Job = {
  /** As the log names it. */
  name: string;
  run(): Promise<unknown>;
};

/** Between two runs, unless a job has a reason of its own. */
export const pauseMs = 5_000;

/** Others leave to a process what it has taken up, for so long. */
export const leaseMs = 15_000;

/**
 * Begins jobs that run one after the other, then pause: what one of them meets keeps none of the others from its work. Returns
 * what stops them, after the run that is under way.
 */
export function startJobs(jobs: Job[], pauseMs: number, log: Logger): () => Promise<void> {
  const runs = jobLog(log);
  return every(
    pauseMs,
    async () => {
      for (const { name, run } of jobs) await runs.run(name, run);
    },
    (err) => log.error({ err }, 'the job failed and is tried again'),
  );
}
