import type { Clock } from '../../../../shared/async/clock.ts';
import { type Cluster, statusOf } from './cluster.ts';
import { eventIndex } from './mapping.ts';
import type { Build, Names } from './names.ts';
import { isThere } from './query.ts';

const timeoutMs = 5000;
const lookAgainMs = 1000;

/**
 * The members that documents have. An index of an older release knows fewer: it is given the new ones before anything
 * of this release is written to it, keeps its own as they are, and goes on being searched until it has been replaced.
 */
export function createShape(cluster: Cluster, names: Names, clock: Clock) {
  const ours = eventIndex().mappings;
  const widened = new Set<string>();
  let wasFormer = false;
  let askedAt: number | undefined;

  /** To be called before a write; once for each index, by each process. One that has gone meanwhile is passed over. */
  async function widen({ id, index }: Build): Promise<void> {
    if (widened.has(id)) return;
    const known = await mappingsOf(index);
    const lacking = Object.entries(ours.properties).filter(([name]) => known?.properties?.[name] === undefined);
    const body = { properties: Object.fromEntries(lacking) };
    if (known && lacking.length > 0) {
      await cluster.call({ method: 'PUT', path: `/${index}/_mapping`, body }, timeoutMs).catch((error) => {
        if (statusOf(error) !== 404) throw error;
      });
    }
    widened.add(id);
  }

  type Mappings = { _meta?: { shape?: number }; properties?: Record<string, unknown> };

  /** Undefined for an index that is not there. */
  async function mappingsOf(index: string): Promise<Mappings | undefined> {
    const path = `/${index}/_mapping`;
    const answer = await cluster
      .call<Record<string, { mappings: Mappings }>>({ method: 'GET', path }, timeoutMs)
      .catch((error) => {
        if (statusOf(error) === 404) return {};
        throw error;
      });
    return Object.values(answer)[0]?.mappings;
  }

  const isOlder = (mappings: Mappings) => (mappings._meta?.shape ?? 1) < ours._meta.shape;

  /**
   * True when the live index was built by a release whose documents had other members, or has documents that a process
   * of such a release wrote.
   */
  async function isOutdated(): Promise<boolean> {
    const { live } = await names.read();
    const mappings = live && (await mappingsOf(live.index));
    if (!mappings) return false;
    if (isOlder(mappings)) return true;
    const query = { bool: { filter: [isThere], must_not: { exists: { field: 'terms.when' } } } };
    const path = `/${live.index}/_count?terminate_after=1`;
    const { count } = await cluster.call<{ count: number }>({ method: 'POST', path, body: { query } }, timeoutMs);
    return count > 0;
  }

  /** True while searches go to an index that the release before built. Once they don't, they never do again. */
  async function isFormer(): Promise<boolean> {
    if (askedAt !== undefined && (!wasFormer || clock.now() - askedAt < lookAgainMs)) return wasFormer;
    const mappings = await mappingsOf(names.search);
    if (!mappings) return false;
    wasFormer = isOlder(mappings);
    askedAt = clock.now();
    return wasFormer;
  }

  return { widen, isOutdated, isFormer };
}
