import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Running } from '../../shared/process/lifecycle.ts';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { postgresEnv } from '../../tests/rig/targets.ts';
import { start } from './main.ts';
import { makeEvent, makeVenue } from './testing.ts';

setDefaultTimeout(30_000);

describe('the search service and its variables', () => {
  let database: TestDatabase;
  let slot: string;
  let running: Running | undefined;
  beforeAll(async () => {
    database = await testDatabase();
    slot = `own_${database.config.database}`;
    const venueId = await makeVenue(database.sql);
    for (const name of ['Alpha', 'Bravo']) await makeEvent(database.sql, { venueId, name });
    // A page with it takes more than half of a MiB.
    await database.sql`update events set description = repeat('x ', 150000)`;
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
  });
  afterAll(() => database.drop());

  async function begin(env: Record<string, string> = {}) {
    const usual = {
      ...postgresEnv(database.config),
      SERVER_ADDR: '127.0.0.1:0',
      LOG_LEVEL: 'fatal',
      SEARCH_SLOT: slot,
    };
    running = await start({ ...usual, ...env }, 'SEARCH_ADDR');
    await running.ready;
    const get = (path: string) => fetch(`http://127.0.0.1:${running!.port}${path}`);
    return {
      get,
      find: async (q: string) => (await (await get(`/api/v1/search/events?q=${q}`)).json()) as { total: number },
      metrics: async () => (await get('/metrics')).text(),
    };
  }

  const count = async (query: PromiseLike<{ n?: number }[]>) => (await query)[0]?.n ?? 0;
  const connections = () =>
    count(database.sql<{ n: number }[]>`select count(*)::int as n from pg_stat_activity
      where datname = current_database() and application_name like 'onsale-search%'`);
  const followers = () =>
    count(
      database.sql<
        { n: number }[]
      >`select count(*)::int as n from pg_replication_slots where slot_name = ${slot} and active`,
    );

  test('it follows the database through the slot of its own, and leaves nothing open', async () => {
    const { find, get, metrics } = await begin({ POSTGRES_MAX_OPEN_CONNS: '3' });
    expect((await find('alpha')).total).toBe(1);
    await database.sql`update events set name = 'Charlie' where name = 'Alpha'`;
    await eventually(async () => (await find('charlie')).total === 1);
    expect(await followers()).toBe(1);
    expect(await (await get('/readyz')).json()).toEqual({
      status: 'ok',
      dependencies: { changes: 'ok', index: 'ok', postgres: 'ok' },
      lag: { bytes: expect.any(Number), seconds: expect.any(Number) },
    });
    const shown = await metrics();
    for (const line of [
      'search_index_documents{service="search"} 2',
      'cdc_rebuilds_total{service="search"} 1',
      'cdc_documents_indexed_total{service="search"} 3',
      'db_pool_connections_max{pool="main",service="search"} 3',
      'db_pool_connections_max{pool="catalogue",service="search"} 2',
    ]) {
      expect(shown).toContain(`${line}\n`);
    }
    await running!.stop();
    await eventually(async () => (await connections()) + (await followers()) === 0);
  });

  test.each([
    ['1', 'miss'],
    ['2', 'hit'],
  ])('CACHE_MAX_MB=%s bounds the cached pages: the first of two is then a %s', async (megabytes, outcome) => {
    const { find, metrics } = await begin({ CACHE_MAX_MB: megabytes });
    const reads = async () => Number((await metrics()).match(`outcome="${outcome}",.*} (\\d+)`)?.[1] ?? 0);
    for (const q of ['charlie', 'bravo']) await find(q);
    const before = await reads();
    await find('charlie');
    expect((await reads()) - before).toBe(1);
  });

  test('the limits of a request and an address that is taken are as in the other services', async () => {
    const { get } = await begin({ SERVER_MAX_HEADER_BYTES: '1024' });
    const headers = { 'X-Much': 'x'.repeat(1100) };
    expect((await fetch(`http://127.0.0.1:${running!.port}/livez`, { headers })).status).toBe(431);
    expect((await get('/livez')).status).toBe(200);
    const taken = { SERVER_ADDR: `127.0.0.1:${running!.port}`, POSTGRES_PORT: '1', LOG_LEVEL: 'fatal' };
    await expect(start(taken, 'SEARCH_ADDR')).rejects.toThrow(/the port is taken\. Set SEARCH_ADDR/);
  });

  test('its metrics have the names by which dashboards and alerts ask for them', async () => {
    const { metrics } = await begin();
    const types = [...(await metrics()).matchAll(/^# TYPE (.*)$/gm)].map((match) => match[1]);
    expect(types.sort()).toEqual([
      'build_info gauge',
      'cache_reads_total counter',
      'cdc_changes_total counter',
      'cdc_dead_letters_total counter',
      'cdc_documents_indexed_total counter',
      'cdc_lag_bytes gauge',
      'cdc_lag_changes gauge',
      'cdc_lag_seconds gauge',
      'cdc_rebuilds_total counter',
      'db_call_duration_seconds histogram',
      'db_calls_under_way gauge',
      'db_calls_waiting gauge',
      'db_pool_connections_max gauge',
      'db_pool_wait_seconds_total counter',
      'db_unavailable_total counter',
      'dependency_up gauge',
      'http_request_duration_seconds histogram',
      'process_resident_memory_bytes gauge',
      'process_uptime_seconds gauge',
      'search_index_age_seconds gauge',
      'search_index_documents gauge',
      'service_ready gauge',
    ]);
  });
});
