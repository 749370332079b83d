import type { Db } from './client.ts';

/**
 * Runs work in a transaction, whose statements are written as any others: the driver's type for them lacks that. Modes
 * are such as `isolation level repeatable read`, which no transaction behind a pooler can have: it begins with settings.
 */
export const inTransaction = <T>(sql: Db['sql'], work: (tx: Db['sql']) => Promise<T>, modes = ''): Promise<T> =>
  sql.begin(modes, (transaction) => work(transaction as unknown as Db['sql'])) as Promise<T>;
