import type { Db } from '../../../../shared/db/client.ts';
import { postgresIdempotencyKeys } from '../../../../shared/idempotency/postgres.ts';
import { postgresDataVersion } from '../../../../shared/version/postgres.ts';
import type { Ports } from '../../domain/ports.ts';
import { postgresApiKeyStore } from './api-key-store.ts';
import { postgresAuditLog } from './audit-log.ts';
import { postgresEventStore } from './event-store.ts';
import { postgresHoldBacks } from './hold-backs.ts';
import { postgresOffers } from './offers.ts';
import { postgresOrganisers } from './organisers.ts';
import { postgresOrganisersEvents } from './organisers-events.ts';
import { postgresPerformers } from './performers.ts';
import { postgresPlans } from './plans.ts';
import { postgresPresales } from './presales.ts';
import { postgresPrices } from './prices.ts';
import { postgresVenues } from './venues.ts';

/** The ports of the events service that are in PostgreSQL; `patient` is a pool for statements on thousands of seats. */
export const postgresPorts = (db: Db, patient: Db = db): Omit<Ports, 'clock'> => ({
  store: postgresEventStore(db),
  organisersEvents: postgresOrganisersEvents(db, patient),
  presales: postgresPresales(db),
  organisers: postgresOrganisers(db),
  apiKeys: postgresApiKeyStore(db),
  auditLog: postgresAuditLog(db),
  venues: postgresVenues(db),
  performers: postgresPerformers(db),
  plans: postgresPlans(patient),
  offers: postgresOffers(patient),
  prices: postgresPrices(patient),
  holdBacks: postgresHoldBacks(patient),
  idempotencyKeys: postgresIdempotencyKeys(db),
  dataVersion: postgresDataVersion(db),
});
