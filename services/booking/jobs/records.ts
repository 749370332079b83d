import { purgeRecords } from '../domain/purge-records.ts';
import type { Job } from './job.ts';

/** Deletes old reservations, keys and webhook events. */
export const recordsJob = (ports: Parameters<typeof purgeRecords>[0]): Job => ({
  name: 'records',
  run: () => purgeRecords(ports),
});
