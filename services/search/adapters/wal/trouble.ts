import { asOutage, sqlState } from '../../../../shared/db/outage.ts';
import { type AppError, causesOf, isAppError, Unfit } from '../../../../shared/errors.ts';

/** SQLSTATEs that mean something else, or more, to a follower of the log than to a query. */
const reasons: Record<string, string> = {
  '42501': 'The PostgreSQL user of search must have REPLICATION, and may have to be granted tables: the log says which',
  '42704': 'The database lacks a publication: its migrations must be applied',
  '53400': 'PostgreSQL has no replication slot left: max_replication_slots must be greater',
  '55000': 'PostgreSQL has no room for a replication slot: max_replication_slots must be greater',
  '55006': 'Another process follows the replication slot that SEARCH_SLOT names: each search process needs its own',
};

const noFollower =
  'PostgreSQL takes no more followers of its log: max_wal_senders (or max_connections) must be greater';

/** Why changes are not followed: `Unfit` with a sentence for operators, or `unavailable` for a server that is away. */
export function whyNotFollowing(error: unknown): AppError {
  const reason = reasonFor(error);
  if (reason) return new Unfit(reason, error);
  const outage = isAppError(error, 'unavailable') ? error : asOutage(error);
  return outage ?? new Unfit('The changes of the database are not followed; the log says why', error);
}

function reasonFor(error: unknown): string | undefined {
  // A query's has a sentence already, for it is about connections of any kind.
  if (sqlState(error) === '53300') return noFollower;
  return causesOf(error)
    .map((cause) => 'code' in cause && reasons[String(cause.code)])
    .find((reason) => typeof reason === 'string');
}
