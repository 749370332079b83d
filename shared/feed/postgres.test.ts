import { openDb } from '../db/client.ts';
import { silentLog } from '../process/log.ts';
import { testDatabase } from '../testing/database.ts';
import { postgresSeatFeed } from './postgres.ts';
import { seatFeedConformance } from './seat-feed.conformance.ts';

seatFeedConformance('PostgreSQL', async () => {
  const database = await testDatabase();
  const other = openDb(database.config);
  const [feed, otherProcess] = [postgresSeatFeed(database.db, silentLog), postgresSeatFeed(other, silentLog)];
  return {
    feed,
    otherProcess,
    disconnect: async () => {
      await database.sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and query ilike 'listen%'`;
    },
    close: async () => {
      await Promise.all([feed.close(), otherProcess.close()]);
      await other.close();
      await database.drop();
    },
  };
});
