import { percentile } from '../numbers.ts';
import { memoryOf } from '../processes.ts';
import { misspeltQueries } from '../queries.ts';
import { ready } from '../ready.ts';
import type { Finding, Path } from '../section.ts';
import type { World } from '../world.ts';

const aimMs = 80;
const slot = 'onsale_bench_large';
/** The warm-up, so that the code is compiled as it is after a minute of service. */
const warmUpQueries = 60;

export const searchUncached: Path = {
  name: 'search-uncached',
  about:
    '`GET /api/v1/search/events?q=…` over 100,000 events in the process’s own index, with queries that were not asked ' +
    'before (so the cache has none of them), most of them misspelt, made from names that are in the data; one after the ' +
    'other over one connection.',
  async run(world) {
    const { extent, progress } = world;
    const [events, count] = [extent.largeEvents, extent.quick ? 100 : 500];
    progress.begin(`search, uncached, ${events.toLocaleString('en')} events`);
    progress.say('loading the events');
    const { env, db } = await world.newDatabase('bench_large', ['--events', String(events), '--seats', '1']);
    progress.say('building the index');
    const started = performance.now();
    return world.withServers(world.startService('search', { ...env, SEARCH_SLOT: slot }), async (server) => {
      await ready(server.port);
      const builtIn = (performance.now() - started) / 1000;
      const queries = misspeltQueries(await wanted(db.sql), warmUpQueries + count);
      const asked: { query: string; ms: number; total: number }[] = [];
      for (const [i, query] of queries.entries()) {
        if (i % 50 === 0) progress.say(`query ${i} of ${queries.length}`);
        asked.push({ query, ...(await ask(server.port, query)) });
      }
      const measured = asked.slice(warmUpQueries);
      const ms = measured.map((one) => one.ms);
      const slowest = measured.sort((a, b) => b.ms - a.ms).slice(0, 3);
      const p99 = percentile(ms, 0.99);
      const findings: Finding[] = [
        { what: `p50 of ${ms.length} queries`, value: `${percentile(ms, 0.5).toFixed(1)} ms` },
        { what: 'p99', value: `${p99.toFixed(1)} ms`, aim: `≤ ${aimMs} ms`, met: p99 <= aimMs },
        {
          what: 'the slowest',
          value: slowest.map(({ query, ms, total }) => `“${query}” ${ms.toFixed(0)} ms (${total} found)`).join(', '),
        },
        { what: 'queries that found something', value: `${measured.filter(({ total }) => total > 0).length}` },
        { what: 'from the process’s start until the index is built', value: `${builtIn.toFixed(1)} s` },
        { what: 'resident memory after all that', value: `${memoryOf(server.pid)?.residentMb.toFixed(0) ?? '?'} MB` },
      ];
      return { comparisons: [], findings };
    });
  },
};

async function ask(port: number, query: string): Promise<{ ms: number; total: number }> {
  const started = performance.now();
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/search/events?q=${encodeURIComponent(query)}`);
  const { total } = (await answer.json()) as { total: number };
  if (answer.status !== 200) throw new Error(`“${query}” answered ${answer.status}`);
  return { ms: performance.now() - started, total };
}

export async function wanted(sql: World['db']['sql']) {
  const some = async (column: string, table: string) => {
    const rows = await sql<{ text: string }[]>`
      select ${sql(column)} as text from ${sql(table)} order by md5(uuid) limit 2000`;
    return rows.map(({ text }) => text);
  };
  return {
    events: await some('name', 'events'),
    performers: await some('name', 'performers'),
    places: await some('location', 'venues'),
  };
}
