import { expect, test } from 'bun:test';
import { systemClock } from '../../shared/async/clock.ts';
import { memoryCache } from '../../shared/cache/memory.ts';
import { serverConfig, serverVariables } from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import { createMetrics } from '../../shared/http/metrics.ts';
import { silentLog } from '../../shared/process/log.ts';
import { memoryIndex } from './adapters/memory/memory-index.ts';
import { createTurns } from './adapters/memory/turns.ts';
import { createSearchApp } from './app.ts';
import { someEvent } from './testing.ts';

/** An index whose searches stop where they are between `hold` and `release`. */
function start() {
  let isHeld = false;
  // In time without an end no turn has any left.
  const turns = createTurns({ now: () => (isHeld ? Number.POSITIVE_INFINITY : performance.now()) });
  const set = (held: boolean) => () => {
    isHeld = held;
  };
  return { index: memoryIndex({ turns }), hold: set(true), release: set(false) };
}

test('searches beyond what fits at once get 503 with Retry-After, and the others are served', async () => {
  const { index, hold, release } = start();
  await index.replaceAll(
    (async function* () {
      yield [someEvent({ id: 1, name: 'Gala' })];
    })(),
    1n,
  );
  const app = createSearchApp({
    log: silentLog,
    metrics: createMetrics('search'),
    server: serverConfig(readConfig(serverVariables, {})),
    dependencies: {},
    closing: new AbortController().signal,
    role: 'all',
    index,
    cache: memoryCache({ maxBytes: 1e6, clock: systemClock }),
    clock: systemClock,
  });
  const find = async (q: string) => app.request(`/api/v1/search/events?q=gala+${q}`);
  hold();
  const asked = Array.from({ length: 200 }, (_, n) => find(`x${n}`));
  const refused = await Promise.any(asked);
  expect([refused.status, refused.headers.get('Retry-After'), await refused.json()]).toEqual([
    503,
    '1',
    { error: 'unavailable', message: 'Too many searches are under way; repeat this one in a moment' },
  ]);
  expect((await app.request('/livez')).status).toBe(200);
  release();
  const statuses = (await Promise.all(asked)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(50);
  expect(statuses.filter((status) => status === 503).length).toBeGreaterThan(50);
  expect((await find('after')).status).toBe(200);
});
