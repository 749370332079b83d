import type { Db } from './client.ts';

/** Runs work in a transaction, whose statements are written as any others: the driver's type for them lacks that. */
export const inTransaction = <T>(sql: Db['sql'], work: (tx: Db['sql']) => Promise<T>): Promise<T> =>
  sql.begin((transaction) => work(transaction as unknown as Db['sql'])) as Promise<T>;

/**
 * Runs reads that all see one moment. The transaction begins so: behind a pooler its settings come before any statement
 * of the work, and after them its isolation can't be changed.
 */
export const inSnapshot = <T>(sql: Db['sql'], work: (tx: Db['sql']) => Promise<T>): Promise<T> =>
  sql.begin('isolation level repeatable read read only', (transaction) =>
    work(transaction as unknown as Db['sql']),
  ) as Promise<T>;
