import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { walPosition } from '../../shared/db/wal-position.ts';
import type { Running } from '../../shared/process/lifecycle.ts';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { postgresEnv } from '../../tests/rig/targets.ts';
import { start } from './main.ts';
import { makeEvent, makeVenue } from './testing.ts';

setDefaultTimeout(60_000);

let database: TestDatabase;
let search: Running;
let venueId: number;
beforeAll(async () => {
  database = await testDatabase();
  venueId = await makeVenue(database.sql, 'Hall');
  search = await start({
    ...postgresEnv(database.config),
    SERVER_ADDR: '127.0.0.1:0',
    LOG_LEVEL: 'fatal',
    SEARCH_SLOT: `min_${database.config.database}`,
    DEMAND_INTERVAL: '100ms',
  });
  await search.ready;
});
afterAll(async () => {
  await search.stop();
  await database.drop();
});

const get = (path: string) => fetch(`http://127.0.0.1:${search.port}/api/v1/search/${path}`);
const ask = (query: string) => get(`events?${query}`);
const totalOf = async (query: string) => ((await (await ask(query)).json()) as { total: number }).total;

test('a search with the version of a write finds it, though its page was cached a moment before', async () => {
  const waits: number[] = [];
  for (let n = 1; n <= 20; n++) {
    await database.sql.begin(async (tx) => {
      await tx`set local synchronous_commit = 'on'`;
      await makeEvent(tx as never, { venueId, name: 'Gala' });
    });
    const version = await walPosition(database.db);
    const begun = performance.now();
    await totalOf('q=gala');
    expect(await totalOf(`q=gala&min_version=${version}`)).toBe(n);
    waits.push(performance.now() - begun);
    expect(await totalOf('q=gala')).toBe(n);
  }
  waits.sort((a, b) => a - b);
  console.log(`found after ${waits[10]!.toFixed(0)} ms, at most ${waits.at(-1)!.toFixed(0)} ms`);
});

test('a version that does not come is a 503 with Retry-After and a sentence; one that is no version is a 400', async () => {
  const response = await ask(`q=gala&min_version=${(await walPosition(database.db)) + 1_000_000n}`);
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await response.json()).toMatchObject({
    error: 'unavailable',
    message: expect.stringContaining('min_version'),
  });
  for (const wrong of ['x', '-1', '1.5', '', '9'.repeat(20)]) {
    const refused = await ask(`min_version=${wrong}`);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ issues: [{ path: 'min_version' }] });
  }
});

test('suggestions with the version of a write have its name, wait for no other than that, and tell their age', async () => {
  const suggested = async () => ((await (await get('suggest?q=premi')).json()) as { events: object[] }).events.length;
  expect(await suggested()).toBe(0);
  await database.sql.begin(async (tx) => {
    await tx`set local synchronous_commit = 'on'`;
    await makeEvent(tx as never, { venueId, name: 'Premiere' });
  });
  const response = await get(`suggest?q=premi&min_version=${await walPosition(database.db)}`);
  expect(Number(response.headers.get('x-index-age'))).toBeLessThan(5);
  expect(await response.json()).toMatchObject({ events: [{ name: 'Premiere' }] });
  const late = await get(`suggest?q=premi&min_version=${(await walPosition(database.db)) + 1_000_000n}`);
  expect([late.status, late.headers.get('retry-after')]).toEqual([503, '1']);
  expect((await get('suggest?q=p&min_version=x')).status).toBe(400);
});

test('each response tells the age of the index', async () => {
  const { headers } = await ask('q=gala');
  expect(Number(headers.get('x-index-age'))).toBeLessThan(5);
});
