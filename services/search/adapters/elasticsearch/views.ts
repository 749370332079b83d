import { LRUCache } from 'lru-cache';
import { type Cluster, isTooMuch, statusOf } from './cluster.ts';

/** How long Elasticsearch keeps a view that nobody asks for. */
export const viewKeptFor = '5m';
const viewsAtOnce = 200;
/** Of its own: many wait for a view that is being opened, and the one who began it may have little time left. */
const openTimeoutMs = 1300;
const closeTimeoutMs = 2000;

/**
 * Views are points in time, in Elasticsearch's words: states of the index that stay as they are. Lists are read from
 * them, so that their pages fit together. All lists of one generation share one.
 */
export function createViews(cluster: Cluster, index: string) {
  /** Opened by this process; a view holds files of the index, so the least used goes when they get many. */
  const opened = new LRUCache<string, true>({
    max: viewsAtOnce,
    dispose: (_, id, reason) => {
      if (reason === 'evict') void close(id);
    },
  });
  let newest: { generation: string; id: Promise<string> } | undefined;

  /** A view that shows this generation, or a later state. */
  function of(generation: string): Promise<string> {
    if (newest?.generation === generation) return newest.id;
    const id = open();
    const view = { generation, id };
    newest = view;
    id.catch(() => {
      if (newest === view) newest = undefined;
    });
    return id;
  }

  async function open(): Promise<string> {
    const path = `/${index}/_pit?keep_alive=${viewKeptFor}&allow_partial_search_results=false`;
    const { id } = await cluster.call<{ id: string }>({ method: 'POST', path }, openTimeoutMs);
    opened.set(id, true);
    return id;
  }

  async function close(id: string): Promise<void> {
    await cluster.call({ method: 'DELETE', path: '/_pit', body: { id } }, closeTimeoutMs).catch(() => {});
  }

  return {
    of,
    /** Keeps it from being the least used. */
    used: (id: string) => void opened.get(id),
    /**
     * Elasticsearch no longer has it. A view of another process, or one that a client made up, leaves the newest as it
     * is.
     */
    forget(id: string): void {
      if (opened.delete(id) || id === '') newest = undefined;
    },
  };
}

export type Views = ReturnType<typeof createViews>;

/** Returns whether a search failed because its view has expired or was made up (500), or its index or node is gone. */
export function isViewGone(error: unknown): boolean {
  const status = statusOf(error);
  return !isTooMuch(error) && (status === 404 || status === 400 || status === 500 || status === 503);
}
