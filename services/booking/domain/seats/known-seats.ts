import { LRUCache } from 'lru-cache';
import type { Tickets } from './tickets.ts';

/** Caches that find the tickets of seats, so that a rush on known seats needs no database. They may be outdated. */
export type KnownSeats = {
  /** Returns the ticket of each label; undefined for an unknown one. */
  byLabel(eventUuid: string, seats: string[]): Promise<(string | undefined)[]>;
  /** Returns the ticket of each place in the event's plan of this hash; undefined for an unknown one. */
  byPlace(eventUuid: string, planHash: string, places: number[]): Promise<(string | undefined)[]>;
  /** Reads the seats of an event anew next time, after a ticket has turned out not to exist. */
  forget(eventUuid: string): void;
};

/** Unknown places are looked for again after so long, for the plan's tickets may be on their way. */
const againMs = 1000;

type Plan = { planHash: string | null; ticketUuids: Map<number, string>; readAtMs: number };

export function knownSeats(tickets: Pick<Tickets, 'ofSeat' | 'byPlace'>, nowMs = () => performance.now()): KnownSeats {
  const labels = new LRUCache<string, Map<string, string>>({ max: 500 });
  const plans = new LRUCache<string, Plan>({
    maxSize: 500_000,
    sizeCalculation: ({ ticketUuids }) => Math.min(ticketUuids.size + 1, 500_000),
    ignoreFetchAbort: true,
    fetchMethod: async (eventUuid) => {
      const readAtMs = nowMs();
      return { ...(await tickets.byPlace(eventUuid)), readAtMs };
    },
  });

  return {
    async byLabel(eventUuid, seats) {
      let known = labels.get(eventUuid);
      if (!known) {
        known = new Map();
        labels.set(eventUuid, known);
      }
      const of = known;
      return await Promise.all(
        seats.map(async (seat) => {
          const uuid = of.get(seat) ?? (await tickets.ofSeat(eventUuid, seat));
          if (uuid) of.set(seat, uuid);
          return uuid;
        }),
      );
    },

    async byPlace(eventUuid, planHash, places) {
      let plan = await plans.fetch(eventUuid);
      const isOf = (one: Plan | undefined) =>
        one?.planHash === planHash && places.every((place) => one.ticketUuids.has(place));
      if (!isOf(plan) && plan && nowMs() - plan.readAtMs >= againMs) {
        plan = await plans.fetch(eventUuid, { forceRefresh: true });
      }
      return places.map((place) => (plan?.planHash === planHash ? plan.ticketUuids.get(place) : undefined));
    },

    forget(eventUuid) {
      labels.delete(eventUuid);
      plans.delete(eventUuid);
    },
  };
}
