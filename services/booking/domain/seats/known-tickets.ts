import { LRUCache } from 'lru-cache';
import type { TicketFacts, Tickets } from './tickets.ts';

/** A cache of the stable part of tickets, so that a rush on known tickets needs the locks but not the database. */
export type KnownTickets = {
  /** Returns a ticket, perhaps an outdated one: decisions by it are checked again. Undefined for an unknown ticket. */
  factsOf(ticketUuid: string): Promise<TicketFacts | undefined>;
  /** Reads it anew next time. */
  forget(ticketUuid: string): void;
};

export function knownTickets(tickets: Pick<Tickets, 'factsOf'>): KnownTickets {
  // In a box: the cache throws at waiting callers when a fetch that finds nothing is aborted.
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
