import type { Db } from '../../../../shared/db/client.ts';
import { postgresIdempotencyKeys } from '../../../../shared/idempotency/postgres.ts';
import type { Ports } from '../../domain/ports.ts';
import { postgresEventStore } from './event-store.ts';
import { postgresOrganisersEvents } from './organisers-events.ts';
import { postgresPresales } from './presales.ts';

/** The ports of the events service that are in PostgreSQL. */
export const postgresPorts = (db: Db): Omit<Ports, 'clock'> => ({
  store: postgresEventStore(db),
  organisersEvents: postgresOrganisersEvents(db),
  presales: postgresPresales(db),
  idempotencyKeys: postgresIdempotencyKeys(db),
});
