import type { Db } from '../../../shared/db/client.ts';
import { analyzeOutgrown } from '../../../shared/db/statistics.ts';
import type { Job } from './job.ts';

/** A rush fills empty tables in seconds. */
export const statisticsPauseMs = 1_000;

/** Has PostgreSQL analyse tables that have outgrown their statistics. */
export const statisticsJob = (db: Db, tables: Parameters<typeof analyzeOutgrown>[1]): Job => ({
  name: 'statistics',
  run: () => analyzeOutgrown(db, tables),
});
