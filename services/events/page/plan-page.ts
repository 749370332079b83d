import { LRUCache } from 'lru-cache';
import type { Plan } from '../../../shared/plan/plan.ts';
import { wireOf } from '../domain/plan/plan-wire.ts';

/** A plan of 100,000 seats takes half a megabyte, and as much again compressed. */
const maxBytes = 32 * 1024 * 1024;

/** The plans that were asked for last, as pages load them, by hash. */
const pages = new LRUCache<string, Uint8Array>({ maxSize: maxBytes, sizeCalculation: ({ length }) => length });

/** Returns the wire form of a plan as JSON in bytes, if it is known. */
export const knownPlanPage = (hash: string): Uint8Array | undefined => pages.get(hash);

/** Returns the wire form of a plan as JSON in bytes; once for all who ask for it. */
export function planPageOf(hash: string, plan: Plan): Uint8Array {
  const bytes = new TextEncoder().encode(JSON.stringify(wireOf(plan)));
  pages.set(hash, bytes);
  return bytes;
}
