import { LRUCache } from 'lru-cache';
import type { Plan } from '../../../shared/plan/plan.ts';
import { wireOf } from '../domain/plan/plan-wire.ts';

/** A plan of 100,000 seats takes half a megabyte, and as much again compressed. */
const maxBytes = 32 * 1024 * 1024;

type ReadPlan = () => Promise<Plan | undefined>;

/** The plans that were asked for last, as pages load them, by hash. */
const pages = new LRUCache<string, Uint8Array, ReadPlan>({
  maxSize: maxBytes,
  sizeCalculation: ({ length }) => length,
  fetchMethod: async (_hash, _stale, { context: read }) => {
    const plan = await read();
    return plan && new TextEncoder().encode(JSON.stringify(wireOf(plan)));
  },
});

/** Returns the wire form of a plan as JSON in bytes, if it is known. */
export const knownPlanPage = (hash: string): Uint8Array | undefined => pages.get(hash);

/** Returns the wire form of a plan as JSON in bytes. The plan is read and written once for all who ask for it. */
export const planPageOf = (hash: string, read: ReadPlan): Promise<Uint8Array | undefined> =>
  pages.fetch(hash, { context: read });
