import type { Clock } from '../../../shared/async/clock.ts';
import type { IdempotencyKeys } from '../../../shared/idempotency/idempotency.ts';
import type { EventStore } from './event/event.ts';
import type { OrganisersEvents } from './event/organisers-events.ts';
import type { Presales } from './presale/presales.ts';

/** All ports of events and their organisers. `main.ts` chooses the adapters; a verb names the ports that it needs. */
export type Ports = {
  // In PostgreSQL, each operation one transaction:
  store: EventStore;
  organisersEvents: OrganisersEvents;
  presales: Presales;
  idempotencyKeys: IdempotencyKeys;

  clock: Clock;
};
