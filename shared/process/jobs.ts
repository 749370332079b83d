import { jobLog } from './job-log.ts';
import { every } from './lifecycle.ts';
import type { Logger } from './log.ts';

/**
 * Work that is repeated as long as the process lives. Any number of processes may do it at once: a process leases its
 * items for a while, or they are harmless to do twice.
 */
export type Job = {
  /** The name in the log. */
  name: string;
  run(): Promise<unknown>;
};

/**
 * Starts jobs that run one after the other, then pause; a failing job does not stop the others. Returns a function that
 * stops them, after the current run.
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
