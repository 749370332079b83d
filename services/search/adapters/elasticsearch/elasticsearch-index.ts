import { type Clock, sleep, systemClock } from '../../../../shared/async/clock.ts';
import { unavailable } from '../../../../shared/errors.ts';
import type { EventHit } from '../../domain/index/event-document.ts';
import type { IndexChanges, Rejected, SearchIndex } from '../../domain/index/search-index.ts';
import { createGate } from '../../domain/query/gate.ts';
import type { SearchQuery, SearchResult } from '../../domain/query/search-query.ts';
import type { NameQuery, Suggestions } from '../../domain/query/suggested-names.ts';
import type { ElasticsearchConfig } from '../../elasticsearch-config.ts';
import { deleteEntry, upsertEntry, writeEntries } from './bulk.ts';
import { isPassing, isTooMuch, notBuilt, openCluster, statusOf, translated } from './cluster.ts';
import { createGeneration } from './generation.ts';
import { createHeartbeats } from './heartbeats.ts';
import type { NearWords } from './meant.ts';
import { type Build, createNames } from './names.ts';
import { type Answer, isThere, searchBody, searchResult } from './query.ts';
import { rebuild, removeSilent } from './rebuild.ts';
import { scanDocuments } from './scan.ts';
import { createShape } from './shape.ts';
import { type SuggestAnswer, suggestBody, suggestionsOf } from './suggest.ts';
import { createViews, isViewGone } from './views.ts';
import { expectWritable } from './writable.ts';

/** How long a search may take, with all its attempts. */
const searchTimeoutMs = 1300;
/**
 * Of each process: a node has one or two threads a core for searches, and a search that waits for them passes its
 * deadline.
 */
const searchesAtOnce = { atOnce: 8, maxWaiting: 100, patienceMs: 1500 };
const refreshTimeoutMs = 30_000;
const targetAttempts = 20;

export type ElasticsearchIndex = SearchIndex & {
  /** Throws `unavailable` when Elasticsearch does not respond within a second. */
  ping(): Promise<void>;
  /** Throws `unavailable`, or `Unfit` with the reason, when changes can't be written; searches may go on. */
  expectWritable(): Promise<void>;
  close(): Promise<void>;
};

/** The index in Elasticsearch, shared by all processes that use its name; `names.ts` has the names there. */
export function elasticsearchIndex(
  config: ElasticsearchConfig,
  { clock = systemClock }: { clock?: Clock } = {},
): ElasticsearchIndex {
  const cluster = openCluster(config);
  const names = createNames(cluster, config.index);
  const shape = createShape(cluster, names, clock);
  const generation = createGeneration(cluster, names.notes, clock);
  const heartbeats = createHeartbeats(cluster, names.notes, clock);
  const views = createViews(cluster, names.search);
  const gate = createGate(searchesAtOnce);

  /** Writes to every index that is live or being built; one that is created meanwhile is seen after the write. */
  async function apply({ upserts, deletes, version }: IndexChanges): Promise<Rejected[]> {
    if (upserts.length + deletes.length === 0) return [];
    const rejected = new Map<number, Rejected>();
    const done = new Set<string>();

    function* entries() {
      for (const document of upserts) yield upsertEntry(document, version);
      for (const id of deletes) yield deleteEntry(id, version, clock.now());
    }

    async function write(build: Build): Promise<void> {
      await shape.widen(build);
      const { writeAlias: alias } = build;
      const written = await writeEntries(cluster, alias, entries());
      for (const one of written.rejected) rejected.set(one.id, one);
      if (!written.isTargetGone) done.add(alias);
    }

    let builds = await names.read();
    for (let attempt = 0; attempt < targetAttempts; attempt++) {
      if (builds.all.length === 0) throw notBuilt();
      const waiting = builds.all.filter(({ writeAlias }) => !done.has(writeAlias));
      if (waiting.length === 0) {
        await generation.changed();
        return [...rejected.values()];
      }
      if (attempt > 1) await sleep(50);
      await Promise.all(waiting.map(write));
      [builds] = await Promise.all([names.read(), refresh()]);
    }
    throw unavailable('Elasticsearch', new Error('the indexes to write to come and go'));
  }

  async function refresh(): Promise<void> {
    const path = `/${names.everyWriteAlias}/_refresh?ignore_unavailable=true`;
    await cluster.call({ method: 'POST', path }, refreshTimeoutMs);
  }

  async function search(query: SearchQuery): Promise<SearchResult> {
    const until = performance.now() + searchTimeoutMs;
    const leftMs = () => Math.max(1, until - performance.now());
    const wanted = query.after?.view;
    if (wanted) views.used(wanted);
    try {
      return await searchIn(wanted ?? (await views.of(await generation.current())), query, leftMs);
    } catch (error) {
      if (!isViewGone(error) && !isPassing(error)) throw error;
      views.forget(wanted ?? '');
      return await searchIn(await views.of(await generation.current()), query, leftMs);
    }
  }

  async function searchIn(view: string, query: SearchQuery, leftMs: () => number): Promise<SearchResult> {
    const path = '/_search?allow_partial_search_results=false';
    const isFormer = await shape.isFormer();
    const ask = (near: NearWords) => {
      const body = searchBody(query, view, { isFormer, near });
      return cluster.call<Answer<EventHit>>({ method: 'POST', path, body }, leftMs());
    };
    const found = await ask('listed').catch((error) => {
      if (!isTooMuch(error)) throw error;
      return ask('byTheSegment');
    });
    return searchResult(query, found);
  }

  async function suggest(query: NameQuery): Promise<Suggestions> {
    const path = `/${names.search}/_search?allow_partial_search_results=false`;
    const request = { method: 'POST', path, body: suggestBody(query) } as const;
    return suggestionsOf(query, await cluster.call<SuggestAnswer>(request, searchTimeoutMs));
  }

  async function count(): Promise<number> {
    const request = { method: 'POST', path: `/${names.search}/_count`, body: { query: isThere } } as const;
    return (await cluster.call<{ count: number }>(request, searchTimeoutMs)).count;
  }

  return {
    apply: (changes) => apply(changes).catch(rethrow),
    async replaceAll(documents, version, newest) {
      const rejected = await rebuild({ cluster, names, heartbeats }, documents, version, newest).catch(rethrow);
      await generation.changed().catch(rethrow);
      return rejected;
    },
    search: (query) => gate.run(() => search(query)).catch(unlessBuilt(throwNotBuilt)),
    suggest: (query) => gate.run(() => suggest(query)).catch(unlessBuilt(throwNotBuilt)),
    generation: () => generation.current().catch(rethrow),
    reached: (freshness) => generation.reached(freshness).catch(rethrow),
    lookFreshness: () => generation.look().catch(rethrow),
    freshness: generation.freshness,
    scan: (batchSize) => scanDocuments(cluster, names.search, batchSize),
    isBuilt: async () => (await names.read().catch(rethrow)).live !== undefined,
    removeAbandoned: () => removeSilent({ cluster, names, heartbeats }).catch(rethrow),
    isOutdated: () => shape.isOutdated().catch(rethrow),
    count: () => count().catch(unlessBuilt(() => 0)),
    expectWritable: () => expectWritable(cluster, config.index).catch(rethrow),
    ping: async () => void (await cluster.call({ method: 'GET', path: '/' }, 1000).catch(rethrow)),
    close: () => cluster.close(),
  };
}

function rethrow(error: unknown): never {
  throw translated(error);
}

/** The alias that searches go to is there from the first build on. */
function unlessBuilt<T>(otherwise: () => T): (error: unknown) => T {
  return (error) => {
    if (statusOf(error) !== 404) throw translated(error);
    return otherwise();
  };
}

function throwNotBuilt(): never {
  throw notBuilt();
}
