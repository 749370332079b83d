import { keptMs as keysKeptMs } from '../../../shared/idempotency/idempotency.ts';
import type { Ports } from './ports.ts';

/** A reservation ends within the hour, but can still be looked up for a month. */
const reservationsKeptMs = 30 * 86_400_000;

/** Stripe retries an event for three days. */
const webhookEventsKeptMs = 30 * 86_400_000;

/** Deletes some outdated records. Safe to run in several processes at once. */
export async function purgeRecords({
  reservations,
  idempotencyKeys,
  webhookEvents,
}: Pick<Ports, 'reservations' | 'idempotencyKeys' | 'webhookEvents'>): Promise<void> {
  await idempotencyKeys.purge(keysKeptMs);
  await reservations.purge(reservationsKeptMs);
  await webhookEvents.purge(webhookEventsKeptMs);
}
