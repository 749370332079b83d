import type { Db } from './client.ts';

/** Runs work in a transaction, whose statements are written as any others: the driver's type for them lacks that. */
export const inTransaction = <T>(sql: Db['sql'], work: (tx: Db['sql']) => Promise<T>): Promise<T> =>
  sql.begin((transaction) => work(transaction as unknown as Db['sql'])) as Promise<T>;
