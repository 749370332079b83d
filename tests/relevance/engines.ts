import { createSearchApp } from '../../services/search/app.ts';
import type { Catalogue } from '../../services/search/domain/index/catalogue.ts';
import type { SearchIndex } from '../../services/search/domain/index/search-index.ts';
import type { Clock } from '../../shared/async/clock.ts';
import { memoryCache } from '../../shared/cache/memory.ts';
import { serverConfig, serverVariables } from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import { createMetrics } from '../../shared/http/metrics.ts';
import { silentLog } from '../../shared/process/log.ts';
import type { Answer } from './score.ts';

/** Which part of the results is asked for; usually the first ten. */
export type Part = { size?: number; page?: number; cursor?: string };

/** Something that can be asked and measured. */
export type Engine = { name: string; ask(q: string, part?: Part): Promise<Answer> };

/** Fills an index with the whole catalogue, as a reindex does. Throws when it takes less. */
export async function fill(index: SearchIndex, catalogue: Catalogue): Promise<void> {
  const rejected = await index.replaceAll(catalogue.all(1000), await catalogue.position());
  if (rejected[0]) throw new Error(`The index refused ${rejected.length} events, the first: ${rejected[0].cause}`);
}

/** The search service over an index, asked through its HTTP app. */
export function serviceEngine(name: string, index: SearchIndex, clock: Clock): Engine {
  const app = createSearchApp({
    log: silentLog,
    metrics: createMetrics('search'),
    server: serverConfig(readConfig(serverVariables, {})),
    dependencies: {},
    closing: new AbortController().signal,
    role: 'api',
    index,
    cache: memoryCache({ maxBytes: 64e6, clock }),
    clock,
  });
  return {
    name,
    async ask(q, { size = 10, page, cursor } = {}) {
      const query = new URLSearchParams({ q, size: String(size) });
      if (page) query.set('page', String(page));
      if (cursor) query.set('cursor', cursor);
      const response = await app.request(`/api/v1/search/events?${query}`);
      if (response.status !== 200) throw new Error(`${name}, “${q}”: ${response.status} ${await response.text()}`);
      const body = (await response.json()) as { total: number; events: { uuid: string }[]; next_cursor?: string };
      return { total: body.total, uuids: body.events.map(({ uuid }) => uuid), next: body.next_cursor };
    },
  };
}
