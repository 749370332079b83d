import { LRUCache } from 'lru-cache';
import type { TicketFacts, Tickets } from './tickets.ts';

/** What seldom changes of tickets, remembered so that a rush on known tickets asks the locks and not the database. */
export type KnownTickets = {
  /** Perhaps as it was before a change: what is decided by it is looked at again. Undefined for an unknown ticket. */
  factsOf(ticketUuid: string): Promise<TicketFacts | undefined>;
  /** Asks anew next time. */
  forget(ticketUuid: string): void;
};

export function knownTickets(tickets: Pick<Tickets, 'factsOf'>): KnownTickets {
  // In a box: the cache throws at those who wait where a fetch is aborted that finds nothing.
  const known = new LRUCache<string, { facts: TicketFacts | undefined }>({
    max: 50_000,
    ignoreFetchAbort: true,
    fetchMethod: async (uuid) => ({ facts: await tickets.factsOf(uuid) }),
  });
  const forget = (uuid: string) => void known.delete(uuid);
  return {
    async factsOf(uuid) {
      const facts = (await known.fetch(uuid))?.facts;
      if (!facts) forget(uuid);
      return facts;
    },
    forget,
  };
}
