import { createRandom } from '../../../../drizzle/seed/random.ts';
import { sleep } from '../../../../shared/async/clock.ts';
import { runProcess } from '../../../rig/process.ts';
import { percentile } from '../../numbers.ts';
import { misspeltQueries } from '../../queries.ts';
import { ready } from '../../ready.ts';
import type { Finding, Path } from '../../section.ts';
import { bun, root, type World } from '../../world.ts';
import { wanted } from '../search-uncached.ts';

const lookEveryMs = 10_000;
/** The first of each kind, so that the caches of the server's files are as they are in use. */
const warmUpQueries = 20;

export const million: Path = {
  name: 'million',
  about:
    'Measured only when it is named. A million events (`--events` for another number) of the large seed, with a seat each, are loaded ' +
    'into a database of their own, and `search reindex` builds their index in Elasticsearch. Then searches that were not asked ' +
    'before, one after the other over one connection, by a process in the role `api`.',
  async run(world) {
    const { extent, progress } = world;
    const events = extent.manyEvents;
    progress.begin(`search among ${events.toLocaleString('en')} events in Elasticsearch`);
    const { env, db } = await world.newDatabase('million', []);
    const loading = runProcess(seed(events), env);
    const loadedIn = await timed(loading, async () => {
      const [row] = await db.sql<{ newest: string }[]>`select coalesce(max(id), 0) as newest from events`;
      progress.say(`loading the events: ${Number(row!.newest).toLocaleString('en')}`);
    });
    const indexing = runProcess([bun, `${root}/services/search/main.ts`, 'reindex'], env);
    const indexedIn = await timed(indexing, async () => {
      progress.say(`building the index: ${(await sizeOf(env)).written.toLocaleString('en')}`);
    });
    const { documents, bytes } = await sizeOf(env);
    const perSecond = Math.round(documents / indexedIn).toLocaleString('en');
    const gigabytes = `${(bytes / 1e9).toFixed(2)} GB, ${Math.round(bytes / documents).toLocaleString('en')} bytes an event`;
    return world.withServers(world.startService('search', { ...env, ROLE: 'api' }), async ({ port }) => {
      await ready(port);
      const found: Finding[] = [];
      for (const [kind, paths] of Object.entries(kinds(await wanted(db.sql), extent.quick ? 20 : 200))) {
        progress.say(kind);
        found.push(...(await searches(port, kind, paths)));
      }
      const findings = [
        { what: 'events in the index', value: documents.toLocaleString('en') },
        { what: 'loading them into PostgreSQL', value: `${loadedIn.toFixed(0)} s` },
        { what: '`search reindex`', value: `${indexedIn.toFixed(0)} s, ${perSecond} documents/s` },
        { what: 'the index on the disk', value: gigabytes },
        ...found,
      ];
      return { comparisons: [], findings };
    });
  },
};

const seed = (events: number) => [
  ...[bun, `${root}/services/events/main.ts`, 'seed'],
  ...['--events', String(events), '--seats', '1'],
];

/** Returns how many seconds the work took; tells meanwhile how far it is. */
async function timed(work: Promise<unknown>, tell: () => Promise<void>): Promise<number> {
  const began = performance.now();
  const over = new AbortController();
  const telling = (async () => {
    while (!over.signal.aborted) {
      // The index may not be there yet.
      await tell().catch(() => {});
      await sleep(lookEveryMs, over.signal);
    }
  })();
  try {
    await work;
    return (performance.now() - began) / 1000;
  } finally {
    over.abort();
    await telling;
  }
}

/** What the indexes of this name have: all written so far, and those that can be found. */
async function sizeOf(env: World['databaseEnv']) {
  const { ELASTICSEARCH_ADDR: base, ELASTICSEARCH_INDEX: index } = env;
  type Stats = { _all: { primaries: Record<'docs' | 'store' | 'indexing', Record<string, number>> } };
  const answer = await fetch(`${base}/${index}.*,-${index}.notes/_stats/docs,store,indexing`);
  const { docs, store, indexing } = ((await answer.json()) as Stats)._all.primaries;
  return { documents: docs.count!, bytes: store.size_in_bytes!, written: indexing.index_total! };
}

/** Different searches of each kind: no two have the same page in the cache. */
function kinds(names: Awaited<ReturnType<typeof wanted>>, count: number): Record<string, string[]> {
  const random = createRandom(1);
  const all = count + warmUpQueries;
  const words = new Set<string>();
  while (words.size < 2 * all) {
    const some = random.pick(random.pick([names.events, names.performers, names.places])).split(/[\s,:]+/);
    words.add(some.slice(0, random.int(1, 3)).join(' '));
  }
  const q = (text: string) => `q=${encodeURIComponent(text)}`;
  const [spelt, filtered] = [[...words].slice(0, all), [...words].slice(all)];
  const facets = 'facets=city,category,month,price';
  return {
    'words as they are spelt': spelt.map(q),
    'mostly misspelt': misspeltQueries(names, all, 2).map(q),
    'with filters and facets': filtered.map((text, i) => `${q(text)}&from=${dayIn(i % 60)}&available=true&${facets}`),
    'all events of some days, by price, with facets': Array.from({ length: all }, (_, i) => {
      return `from=${dayIn(i)}&to=${dayIn(i + 30)}&sort=price&${facets}`;
    }),
  };
}

const dayMs = 24 * 60 * 60 * 1000;
const dayIn = (days: number) => new Date(Date.now() + days * dayMs).toISOString().slice(0, 10);

async function searches(port: number, kind: string, queries: string[]): Promise<Finding[]> {
  const times: number[] = [];
  let [hits, refused] = [0, 0];
  for (const query of queries) {
    const began = performance.now();
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/search/events?${query}`);
    const text = await answer.text();
    times.push(performance.now() - began);
    // A server whose heap is too small for the index refuses some.
    if (answer.status === 503) refused++;
    else if (!answer.ok) throw new Error(`a search answered ${answer.status}: ${query}: ${text}`);
    else if ((JSON.parse(text) as { total: number }).total > 0) hits++;
  }
  const measured = times.slice(warmUpQueries);
  const outcome = `${hits} of ${queries.length} found something, ${refused} were refused`;
  const [p50, p99] = [0.5, 0.99].map((p) => percentile(measured, p).toFixed(1));
  return [{ what: kind, value: `p50 ${p50} ms, p99 ${p99} ms (${outcome})`, aim: 'none refused', met: refused === 0 }];
}
