import { type Cluster, statusOf } from './cluster.ts';
import { eventIndex } from './mapping.ts';
import type { Build, Names } from './names.ts';

const timeoutMs = 5000;

/**
 * The members that documents have. An index of an older release knows fewer: it is given the new ones before anything
 * of this release is written to it, keeps its own as they are, and goes on being searched until it has been replaced.
 */
export function createShape(cluster: Cluster, names: Names) {
  const ours = eventIndex().mappings;
  const widened = new Set<string>();

  /** To be called before a write; once for each index, by each process. One that has gone meanwhile is passed over. */
  async function widen({ id, index }: Build): Promise<void> {
    if (widened.has(id)) return;
    try {
      const known = (await mappingOf(index)).properties ?? {};
      const missing = Object.entries(ours.properties).filter(([name]) => !(name in known));
      if (missing.length > 0) await add(index, missing);
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
    }
    widened.add(id);
  }

  /** What an older index's analysis can't index it keeps: nobody asks for it there. */
  async function add(index: string, missing: [string, object][]): Promise<void> {
    const put = (properties: object) =>
      cluster.call({ method: 'PUT', path: `/${index}/_mapping`, body: { properties } }, timeoutMs);
    await put(Object.fromEntries(missing)).catch((error) => {
      if (statusOf(error) !== 400) throw error;
      return put(Object.fromEntries(missing.map(([name]) => [name, { type: 'object', enabled: false }])));
    });
  }

  type Mapping = { _meta?: { shape?: number }; properties?: Record<string, object> };

  async function mappingOf(index: string): Promise<Mapping> {
    type Answer = Record<string, { mappings: Mapping }>;
    const answer = await cluster.call<Answer>({ method: 'GET', path: `/${index}/_mapping` }, timeoutMs);
    return answer[index]?.mappings ?? {};
  }

  /** True when the live index was built by a release whose documents had other members. */
  async function isOutdated(): Promise<boolean> {
    const { live } = await names.read();
    if (!live) return false;
    return ((await mappingOf(live.index))._meta?.shape ?? 1) < ours._meta.shape;
  }

  return { widen, isOutdated };
}
