import { LRUCache } from 'lru-cache';
import type { Sales } from './sale.ts';

/** Remembers which event a ticket belongs to, so that a rush on known tickets asks the locks and not the database. */
export function ticketEvents(sales: Pick<Sales, 'eventOf'>): (ticketUuid: string) => Promise<string | undefined> {
  const known = new LRUCache<string, string>({ max: 50_000, fetchMethod: (ticketUuid) => sales.eventOf(ticketUuid) });
  return (ticketUuid) => known.fetch(ticketUuid);
}
