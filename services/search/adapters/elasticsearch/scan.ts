import { documentOf, type EventDocument, type KeptEvent } from '../../domain/index/event-document.ts';
import { type Cluster, statusOf, translated } from './cluster.ts';
import { type Answer, isThere } from './query.ts';
import { viewKeptFor } from './views.ts';

const timeoutMs = 30_000;

/**
 * Reads every document by id, from a view of its own; none while the index is not built. Throws `translated` errors.
 */
export async function* scanDocuments(
  cluster: Cluster,
  index: string,
  batchSize: number,
): AsyncIterable<EventDocument[]> {
  try {
    const view = await open(cluster, index);
    if (view) yield* batches(cluster, view, batchSize);
  } catch (error) {
    throw translated(error);
  }
}

async function open(cluster: Cluster, index: string): Promise<string | undefined> {
  try {
    const path = `/${index}/_pit?keep_alive=${viewKeptFor}`;
    return (await cluster.call<{ id: string }>({ method: 'POST', path }, timeoutMs)).id;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

async function* batches(cluster: Cluster, view: string, batchSize: number): AsyncIterable<EventDocument[]> {
  try {
    for (let after = 0; ; ) {
      const body = {
        pit: { id: view, keep_alive: viewKeptFor },
        query: { bool: { filter: [isThere] } },
        sort: [{ id: 'asc' }],
        search_after: [after],
        size: batchSize,
        track_total_hits: false,
      };
      const path = '/_search?allow_partial_search_results=false';
      const { hits } = await cluster.call<Answer<KeptEvent>>({ method: 'POST', path, body }, timeoutMs);
      if (hits.hits.length > 0) yield hits.hits.map(({ _source }) => documentOf(_source));
      if (hits.hits.length < batchSize) return;
      after = Number(hits.hits.at(-1)?._source.id);
    }
  } finally {
    await cluster.call({ method: 'DELETE', path: '/_pit', body: { id: view } }, timeoutMs).catch(() => {});
  }
}
