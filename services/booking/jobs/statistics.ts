import type { Db } from '../../../shared/db/client.ts';
import { analyzeOutgrown } from '../../../shared/db/statistics.ts';
import type { Job } from './job.ts';

/** A rush fills empty tables in seconds. */
export const statisticsPauseMs = 1_000;

/** Has PostgreSQL look anew at tables that have outgrown what it knows of them. */
export const statisticsJob = (db: Db, tables: Parameters<typeof analyzeOutgrown>[1]): Job => ({
  name: 'statistics',
  run: () => analyzeOutgrown(db, tables),
});
