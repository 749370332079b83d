import { searchBody } from '../../../../services/search/adapters/elasticsearch/query.ts';
import { runProcess } from '../../../rig/process.ts';
import { type Comparison, measure, type Run } from '../../compare.ts';
import { merged, percentileOf } from '../../histogram.ts';
import type { Server } from '../../processes.ts';
import { misspeltQueries } from '../../queries.ts';
import { ready } from '../../ready.ts';
import type { Path } from '../../section.ts';
import { bun, root, type World } from '../../world.ts';
import { wanted } from '../search-uncached.ts';

const aim = 0.8;
const connections = 4;

export const searchOnElasticsearch: Path = {
  name: 'search-uncached-es',
  about:
    '`GET /api/v1/search/events?q=…` with queries that were not asked before, by a process in the role `api`; the floor is the ' +
    'same queries, as the very bodies that the service sends, straight to Elasticsearch.',
  async run(world) {
    const { extent, progress } = world;
    progress.begin(`search, uncached, ${extent.largeEvents.toLocaleString('en')} events in Elasticsearch`);
    progress.say('loading the events');
    const { env, db } = await world.newDatabase('large', ['--events', String(extent.largeEvents), '--seats', '1']);
    progress.say('building the index');
    await runProcess([bun, `${root}/services/search/main.ts`, 'reindex'], env);
    const perRound = extent.quick ? 40 : 250;
    const queries = misspeltQueries(await wanted(db.sql), perRound * (extent.rounds + 1));
    return world.withServers(world.startService('search', { ...env, ROLE: 'api' }), async (server) => {
      await ready(server.port);
      const comparison = await besideElasticsearch(world, server, env, queries, perRound);
      const times = merged(comparison.ours.map((run) => run.latency));
      return {
        comparisons: [comparison],
        findings: [0.5, 0.99].map((p) => ({ what: `p${p * 100}`, value: `${percentileOf(times, p).toFixed(1)} ms` })),
      };
    });
  },
};

async function besideElasticsearch(
  world: World,
  server: Server,
  env: Record<string, string>,
  queries: string[],
  perRound: number,
): Promise<Comparison> {
  const { extent, progress } = world;
  const base = env.ELASTICSEARCH_ADDR!;
  const opened = await fetch(`${base}/${env.ELASTICSEARCH_INDEX}/_pit?keep_alive=5m`, { method: 'POST' });
  const { id: view } = (await opened.json()) as { id: string };
  const elasticsearch: Server = { pid: 0, port: Number(new URL(base).port), ports: [], stop: async () => {} };
  const [ours, floor]: [Run[], Run[]] = [[], []];
  for (let round = 0; round <= extent.rounds; round++) {
    progress.say(round === 0 ? 'warming up' : `round ${round} of ${extent.rounds}`);
    const asked = queries.slice(round * perRound, (round + 1) * perRound);
    const once = (target: Server, requests: { path: string; body?: unknown }[]) =>
      measure(world, target, { connections, requests: perRound, ms: 60_000, source: { kind: 'list', requests } }, 200);
    const a = await once(
      server,
      asked.map((q) => ({ path: `/api/v1/search/events?q=${encodeURIComponent(q)}` })),
    );
    const b = await once(
      elasticsearch,
      asked.map((text) => ({
        path: '/_search?allow_partial_search_results=false',
        body: searchBody({ text: text.toLowerCase(), now: Date.now(), size: 10 }, view),
      })),
    );
    if (round === 0) continue;
    ours.push(a);
    floor.push(b);
  }
  const bodyBytes = ours.reduce((sum, run) => sum + run.bodyBytes, 0) / (ours.length * perRound);
  return { name: 'search, uncached, Elasticsearch', connections, bodyBytes, aim, ours, floor };
}
