import type { Db } from '../db/client.ts';
import { walPosition } from '../db/wal-position.ts';
import type { DataVersion } from './data-version.ts';

/** The version of the data in PostgreSQL: the position of its log. */
export const postgresDataVersion = (db: Db): DataVersion => ({ read: () => walPosition(db) });
