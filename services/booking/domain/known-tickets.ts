import { LRUCache } from 'lru-cache';
import type { Sales, TicketFacts } from './sale.ts';

/** What seldom changes of tickets, remembered so that a rush on known tickets asks the locks and not the database. */
export type KnownTickets = {
  /** Perhaps as it was before a change: what is decided by it is looked at again. Undefined for an unknown ticket. */
  factsOf(ticketUuid: string): Promise<TicketFacts | undefined>;
  /** Asks anew next time. */
  forget(ticketUuid: string): void;
};

export function knownTickets(sales: Pick<Sales, 'factsOf'>): KnownTickets {
  const known = new LRUCache<string, TicketFacts>({
    max: 50_000,
    ignoreFetchAbort: true,
    fetchMethod: (uuid) => sales.factsOf(uuid),
  });
  return { factsOf: (uuid) => known.fetch(uuid), forget: (uuid) => void known.delete(uuid) };
}
