import { randomUUID } from 'node:crypto';
import { createRandom } from '../../../../drizzle/seed/random.ts';
import { sleep } from '../../../../shared/async/clock.ts';
import { percentile } from '../../numbers.ts';
import { paced } from '../../paced.ts';
import type { Server } from '../../processes.ts';
import { misspeltQueries } from '../../queries.ts';
import { ready } from '../../ready.ts';
import type { Finding, Path } from '../../section.ts';
import type { World } from '../../world.ts';
import { wanted } from '../search-uncached.ts';
import { startBinary } from './binary.ts';

/** Elasticsearch's default refresh interval, and a fifth of a second. */
const aimMs = 1200;
const lookEveryMs = 5;
/** On each of two connections. */
const perSecond = 50;
/** Longer than a process caches the index's state, so that a change may meet a cache of any age. */
const longestPauseMs = 600;

export const searchable: Path = {
  name: 'searchable',
  about:
    'Single events are renamed one after the other, each by an SQL statement of its own: the time from its commit until a search ' +
    `finds the new name. One process has the role \`cdc\`, another the role \`api\`; that is asked all the time, every ${lookEveryMs} ms, ` +
    'for another page size each time, so that the last response is of no use. The changes come at random times. Then the same ' +
    `under a load of ${2 * perSecond} searches a second, over two connections, each with a query that was not asked before.`,
  run: (world) =>
    world.withServers(startBinary(world, 'search', { ROLE: 'cdc' }), async (cdc) => {
      await ready(cdc.port);
      return world.withServers(startBinary(world, 'search', { ROLE: 'api' }), async (api) => {
        await ready(api.port);
        const calm = await oneByOne(world, api, 'commit → searchable');
        const end = await load(world, api);
        const loaded = await oneByOne(world, api, 'the same under the load').finally(end);
        return { comparisons: [], findings: [...calm, ...loaded] };
      });
    }),
};

/** Searches until it is ended. */
async function load({ db }: World, { port }: Server): Promise<() => Promise<unknown>> {
  const names = await wanted(db.sql);
  const ends = [1, 2].map((seed) => {
    const queries = misspeltQueries(names, 1000, seed);
    let n = 0;
    return paced(perSecond, async () => {
      // The demo has no names for so many different queries: after the last the same come again, as other pages.
      const [query, size] = [queries[n % queries.length]!, 10 + Math.floor(n / queries.length)];
      n++;
      const answer = await fetch(
        `http://127.0.0.1:${port}/api/v1/search/events?q=${encodeURIComponent(query)}&size=${size}`,
      );
      if (!answer.ok) throw new Error(`a search answered ${answer.status}: ${await answer.text()}`);
      await answer.arrayBuffer();
    });
  });
  return () => Promise.all(ends.map((end) => end()));
}

async function oneByOne({ db, extent, progress }: World, api: Server, what: string): Promise<Finding[]> {
  const changes = extent.quick ? 20 : 200;
  progress.begin(`${what}, ${changes} changes`);
  const times: number[] = [];
  const random = createRandom(1);
  // The first is the warm-up.
  for (let n = 0; n <= changes; n++) {
    if (n % 10 === 0) progress.say(`change ${n} of ${changes}`);
    const word = `found${randomUUID().slice(0, 8)}`;
    const due = performance.now() + random.int(0, longestPauseMs);
    await asking(api, word, () => performance.now() >= due);
    await db.sql`update events set name = ${word} where id = (select min(id) from events where date > now())`;
    const committed = performance.now();
    await asking(api, word, (total) => total === 1);
    if (n > 0) times.push(performance.now() - committed);
  }
  const p99 = percentile(times, 0.99);
  return [
    { what: `${what}, p50`, value: `${percentile(times, 0.5).toFixed(0)} ms` },
    { what: `${what}, p99`, value: `${p99.toFixed(0)} ms`, aim: `≤ ${aimMs} ms`, met: p99 <= aimMs },
  ];
}

/** Searches again and again, until the number of events found is as wanted. */
async function asking({ port }: Server, word: string, isOver: (total: number) => boolean): Promise<void> {
  for (let n = 0; ; n++) {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/search/events?q=${word}&size=${1 + (n % 100)}`);
    if (!answer.ok) throw new Error(`a search answered ${answer.status}: ${await answer.text()}`);
    if (isOver(((await answer.json()) as { total: number }).total)) return;
    await sleep(lookEveryMs);
  }
}
