import { type IdempotencyKeys, keptMs as keysKeptMs } from './idempotency.ts';
import type { Notices } from './payment/handle-webhook.ts';
import type { Reservations } from './reservation/reservation.ts';

/** A reservation ends within the hour; for a month it can still be asked what became of it. */
const reservationsKeptMs = 30 * 86_400_000;

/** Stripe tells again for three days what was not heard. */
const noticesKeptMs = 30 * 86_400_000;

/** Deletes some of what nobody needs any more. Safe to run in several processes at once. */
export async function purgeRecords({
  reservations,
  idempotencyKeys,
  notices,
}: {
  reservations: Pick<Reservations, 'purge'>;
  idempotencyKeys: Pick<IdempotencyKeys, 'purge'>;
  notices: Pick<Notices, 'purge'>;
}): Promise<void> {
  await idempotencyKeys.purge(keysKeptMs);
  await reservations.purge(reservationsKeptMs);
  await notices.purge(noticesKeptMs);
}
