import type { Ports } from '../ports.ts';

/** Clears away expired locks and tells the live views. Returns how many there were. */
export async function sweepLocks({
  locks,
  feed,
  observer,
}: Pick<Ports, 'locks' | 'feed' | 'observer'>): Promise<number> {
  const expired = await locks.purgeExpired();
  for (const eventUuid of new Set(expired.map((lock) => lock.eventUuid))) feed.publish(eventUuid);
  observer.locksExpired(expired.length);
  return expired.length;
}
