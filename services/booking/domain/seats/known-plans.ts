import { LRUCache } from 'lru-cache';
import { inSlices } from '../../../../shared/async/in-slices.ts';
import { layoutOf, type PlanLayout } from './plan-layout.ts';
import type { Tickets } from './tickets.ts';

/** A cache of the layouts of plans, which never change: events of one plan share it. */
export type KnownPlans = {
  /** Returns the layout of an event's plan; undefined when the event has another one by now. */
  layoutOf(eventUuid: string, planHash: string): Promise<PlanLayout | undefined>;
};

/** The limit of cached places; a place takes about 40 bytes. */
const maxPlaces = 1_000_000;

export function knownPlans(tickets: Pick<Tickets, 'planOf'>): KnownPlans {
  const known = new LRUCache<string, PlanLayout>({
    maxSize: maxPlaces,
    sizeCalculation: ({ places }) => Math.min(places + 1, maxPlaces),
  });
  return {
    async layoutOf(eventUuid, planHash) {
      const cached = known.get(planHash);
      if (cached) return cached;
      const found = await tickets.planOf(eventUuid);
      if (found?.hash !== planHash) return undefined;
      const layout = await inSlices(layoutOf(found.plan));
      known.set(planHash, layout);
      return layout;
    },
  };
}
