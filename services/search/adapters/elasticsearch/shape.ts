import { type Cluster, statusOf } from './cluster.ts';
import { eventIndex } from './mapping.ts';
import type { Build, Names } from './names.ts';

const timeoutMs = 5000;

/**
 * The members that documents have. An index of an older release knows fewer: it is given the new ones before anything
 * of this release is written to it, and goes on being searched until it has been replaced.
 */
export function createShape(cluster: Cluster, names: Names) {
  const ours = eventIndex().mappings;
  const widened = new Set<string>();

  /** To be called before a write; once for each index, by each process. One that has gone meanwhile is passed over. */
  async function widen({ id, index }: Build): Promise<void> {
    if (widened.has(id)) return;
    const body = { properties: ours.properties };
    await cluster.call({ method: 'PUT', path: `/${index}/_mapping`, body }, timeoutMs).catch((error) => {
      if (statusOf(error) !== 404) throw error;
    });
    widened.add(id);
  }

  /** True when the live index was built by a release whose documents had other members. */
  async function isOutdated(): Promise<boolean> {
    const { live } = await names.read();
    if (!live) return false;
    type Answer = Record<string, { mappings: { _meta?: { shape?: number } } }>;
    const answer = await cluster.call<Answer>({ method: 'GET', path: `/${live.index}/_mapping` }, timeoutMs);
    return (answer[live.index]?.mappings._meta?.shape ?? 1) < ours._meta.shape;
  }

  return { widen, isOutdated };
}
