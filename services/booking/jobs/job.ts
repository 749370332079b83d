export { type Job, startJobs } from '../../../shared/process/jobs.ts';

/** Between two runs, unless a job has a reason of its own. */
export const jobPauseMs = 5_000;

/** For so long no other process takes a leased item. */
export const leaseMs = 15_000;
