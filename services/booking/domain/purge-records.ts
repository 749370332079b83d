import { keptMs as keysKeptMs } from '../../../shared/idempotency/idempotency.ts';
import type { Ports } from './ports.ts';

/** A reservation ends within the hour; for a month it can still be asked what became of it. */
const reservationsKeptMs = 30 * 86_400_000;

/** Stripe tells again for three days what was not taken. */
const webhookEventsKeptMs = 30 * 86_400_000;

/** Deletes some of what nobody needs any more. Safe to run in several processes at once. */
export async function purgeRecords({
  reservations,
  idempotencyKeys,
  webhookEvents,
}: Pick<Ports, 'reservations' | 'idempotencyKeys' | 'webhookEvents'>): Promise<void> {
  await idempotencyKeys.purge(keysKeptMs);
  await reservations.purge(reservationsKeptMs);
  await webhookEvents.purge(webhookEventsKeptMs);
}
