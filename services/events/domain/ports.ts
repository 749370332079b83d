import type { Clock } from '../../../shared/async/clock.ts';
import type { IdempotencyKeys } from '../../../shared/idempotency/idempotency.ts';
import type { DataVersion } from '../../../shared/version/data-version.ts';
import type { ApiKeyStore } from './api-key/api-key.ts';
import type { AuditLog } from './audit/audit-entry.ts';
import type { EventStore } from './event/event.ts';
import type { OrganisersEvents } from './event/organisers-events.ts';
import type { HoldBacks } from './offer/hold-backs.ts';
import type { Offers } from './offer/offer.ts';
import type { Prices } from './offer/prices.ts';
import type { Organisers } from './organiser/organiser.ts';
import type { Performers } from './performer/performer.ts';
import type { Plans } from './plan/plans.ts';
import type { Presales } from './presale/presales.ts';
import type { Venues } from './venue/venue.ts';

/** All ports of events and their organisers. `main.ts` chooses the adapters; a verb names the ports that it needs. */
export type Ports = {
  // In PostgreSQL, each operation one transaction:
  store: EventStore;
  organisersEvents: OrganisersEvents;
  presales: Presales;
  organisers: Organisers;
  apiKeys: ApiKeyStore;
  auditLog: AuditLog;
  venues: Venues;
  performers: Performers;
  plans: Plans;
  offers: Offers;
  prices: Prices;
  holdBacks: HoldBacks;
  idempotencyKeys: IdempotencyKeys;
  dataVersion: DataVersion;

  clock: Clock;
};
