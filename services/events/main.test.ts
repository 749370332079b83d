import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import { openDb } from '../../shared/db/client.ts';
import type { Running } from '../../shared/process/lifecycle.ts';
import { emptyDatabase, type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { type MadeEvent, makeEvent } from '../../shared/testing/factories.ts';
import { makeApiKey } from '../../shared/testing/organisers.ts';
import { testSecret } from '../../shared/testing/tokens.ts';
import { startProcess } from '../../tests/rig/process.ts';
import { postgresEnv } from '../../tests/rig/targets.ts';
import { type LiveReader, readLive } from './live.harness.ts';
import { program, start } from './main.ts';

setDefaultTimeout(30_000);

describe('the events service does as its variables say', () => {
  let database: TestDatabase;
  let event: MadeEvent;
  let running: Running | undefined;
  beforeAll(async () => {
    database = await testDatabase();
    event = await makeEvent(database.sql);
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
  });
  afterAll(() => database.drop());

  async function begin(env: Record<string, string> = {}) {
    const usual = { ...postgresEnv(database.config), SERVER_ADDR: '127.0.0.1:0', LOG_LEVEL: 'fatal' };
    running = await start({ ...usual, ...env }, 'EVENTS_ADDR');
    const get = (path: string) => fetch(`http://127.0.0.1:${running!.port}${path}`);
    return {
      get,
      page: ({ uuid }: MadeEvent) => get(`/api/v1/management/events/${uuid}`),
      metrics: async () => (await get('/metrics')).text(),
    };
  }

  /** Runs `work` while nobody else can read the events. */
  async function withEventsLocked(work: () => Promise<void>): Promise<void> {
    const holder = openDb(database.config, { max: 1 });
    await holder.sql.begin(async (tx) => {
      await tx`lock table events in access exclusive mode`;
      await work();
    });
    await holder.close();
  }

  const connections = async () => {
    const [row] = await database.sql`
      select count(*)::int as n from pg_stat_activity
      where datname = current_database() and application_name like 'onsale-events%'`;
    return row!.n;
  };

  test('a pooler’s address alone will do where the seat feed is in Redis, which Sentinel may name', async () => {
    const pooled = { POSTGRES_POOLED: 'transaction' };
    await expect(begin(pooled)).rejects.toThrow('POSTGRES_DIRECT_HOST: LISTEN');
    const { get } = await begin({ ...pooled, REDIS_SENTINELS: '127.0.0.1:1' });
    expect((await get('/livez')).status).toBe(200);
  });

  test('/ leads to the documentation and the next event, and to the former alone while the database is away', async () => {
    const { get } = await begin();
    const links = async () => ((await (await get('/')).json()) as { links: Record<string, string> }).links;
    const found = await links();
    expect(Object.keys(found)).toEqual(['docs', 'openapi', 'ready', 'events', 'next_event']);
    for (const path of Object.values(found)) expect([path, (await get(path)).status]).toEqual([path, 200]);
    expect(found.next_event).toBe(`/api/v1/management/events/${event.uuid}`);
    await withEventsLocked(async () => {
      expect(Object.keys(await links())).toEqual(['docs', 'openapi', 'ready']);
    });
  });

  test('SERVER_CTX_TIMEOUT ends a request before the database’s own deadline', async () => {
    const { page } = await begin({ SERVER_CTX_TIMEOUT: '50ms' });
    await withEventsLocked(async () => {
      const late = await page(event);
      expect(late.status).toBe(503);
      expect(await late.json()).toMatchObject({ message: expect.stringContaining('took too long') });
    });
  });

  test('SERVER_CTX_TIMEOUT ends no stream of live seats: it opens meanwhile, and tells the seats when they are read', async () => {
    const { get } = await begin({ SERVER_CTX_TIMEOUT: '50ms' });
    let live: LiveReader | undefined;
    await withEventsLocked(async () => {
      const response = await get(`/api/v1/management/events/${event.uuid}/live`);
      expect(response.status).toBe(200);
      live = readLive(response);
      await eventually(() => expect(live!.events).toMatchObject([{ event: 'unavailable' }]));
    });
    await eventually(() => expect(live!.taken()).toEqual({}));
    await live!.close();
  });

  test('SERVER_DRAIN_TIMEOUT is how long the end waits for a request under way', async () => {
    const { page, get } = await begin({ SERVER_DRAIN_TIMEOUT: '50ms' });
    await withEventsLocked(async () => {
      const cut = page(event).then(
        ({ status }) => status,
        () => 'cut',
      );
      await eventually(async () => /db_calls_under_way\{.*\} [1-9]/.test(await (await get('/metrics')).text()));
      await running!.stop();
      expect(await cut).toBe('cut');
    });
  });

  test('a SERVER_ADDR that is taken is reported with the variable to change', async () => {
    await begin();
    const taken = { SERVER_ADDR: `127.0.0.1:${running!.port}`, POSTGRES_PORT: '1', LOG_LEVEL: 'fatal' };
    await expect(start(taken, 'EVENTS_ADDR')).rejects.toThrow(/the port is taken\. Set EVENTS_ADDR/);
  });

  test('POSTGRES_MAX_OPEN_CONNS bounds the pool, and all its connections are given back', async () => {
    const { page, metrics } = await begin({ POSTGRES_MAX_OPEN_CONNS: '3' });
    await Promise.all(Array.from({ length: 20 }, () => page(event)));
    expect(await metrics()).toContain('db_pool_connections_max{pool="main",service="events"} 3\n');
    expect(await connections()).toBeGreaterThan(0);
    await running!.stop();
    await eventually(async () => (await connections()) === 0);
  });

  test('CACHE_MAX_MB bounds the texts that are kept', async () => {
    // More than the boards of their pages may take: the first one is then read from the cache.
    const arenas = await Promise.all(Array.from({ length: 9 }, () => makeEvent(database.sql)));
    await database.sql`update events set description = repeat('x', 3000000) where id = any(${arenas.map(({ id }) => id)})`;
    for (const [megabytes, outcome] of [
      ['64', 'hit'],
      ['48', 'miss'],
    ] as const) {
      const { page, metrics } = await begin({ CACHE_MAX_MB: megabytes });
      const reads = async () => Number((await metrics()).match(`outcome="${outcome}",.*} (\\d+)`)?.[1] ?? 0);
      for (const arena of arenas) await (await page(arena)).text();
      const before = await reads();
      await (await page(arenas[0]!)).text();
      expect([megabytes, (await reads()) - before]).toEqual([megabytes, 1]);
      await running!.stop();
    }
  });

  test('it is ready with PostgreSQL alone, and a live stream ends with it', async () => {
    const { get } = await begin();
    expect(await (await get('/readyz')).json()).toEqual({ status: 'ok', dependencies: { postgres: 'ok' } });
    const live = await get(`/api/v1/management/events/${event.uuid}/live`);
    const text = live.text();
    await running!.stop();
    expect(await text).toStartWith('event: taken');
  });

  test('without the schema /readyz has the reason, and pages are a 503', async () => {
    const empty = await emptyDatabase();
    const { get, page } = await begin(postgresEnv(empty.config));
    expect((await page(event)).status).toBe(503);
    const ready = await get('/readyz');
    expect([ready.status, await ready.json()]).toEqual([
      503,
      {
        status: 'unavailable',
        dependencies: { postgres: 'unavailable' },
        reasons: {
          postgres: 'The database’s schema is not this release’s (there is no table events): run `events migrate`',
        },
      },
    ]);
    await running!.stop();
    await empty.drop();
  });

  test('without rights of its role /readyz has the reason, and pages are a 503', async () => {
    const user = `events_${process.pid}`;
    await database.sql.unsafe(`create role ${user} login password 'x'`);
    const { get, page } = await begin(postgresEnv({ ...database.config, user, password: 'x' }));
    const statuses = [await page(event), await get('/api/v1/management/events'), await get('/readyz')];
    expect(statuses.map(({ status }) => status)).toEqual([503, 503, 503]);
    expect(await statuses[2]!.json()).toMatchObject({
      reasons: { postgres: `The role ${user} may not read, insert into, update, delete from table events: grant it` },
    });
    await running!.stop();
    await database.sql.unsafe(`drop role ${user}`);
  });

  test('a live stream on which nothing happens is kept open by pings', async () => {
    const { get } = await begin({ SERVER_READ_TIMEOUT: '20ms', SERVER_WRITE_TIMEOUT: '10ms' });
    const live = await get(`/api/v1/management/events/${event.uuid}/live`);
    const reader = live.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    // A slow first look may be waited for with pings, too.
    const silent = /^(: ping\n\n)*event: taken\ndata: \[\]\nid: .+\nretry: \d+\n\n(: ping\n\n){2,}$/;
    while (!silent.test(text)) text += (await reader.read()).value ?? '';
  });

  test('without keys for tokens it does not start in production, and says so loudly elsewhere', async () => {
    expect(() => program.check!({ SERVER_MODE: 'production' })).toThrow(
      'SERVER_MODE=production: anybody could change anybody’s events and make API keys: set AUTH_JWKS_URL',
    );
    expect(() => program.check!({ SERVER_MODE: 'production', AUTH_JWT_SECRET: testSecret })).not.toThrow();
    const command = [process.execPath, join(import.meta.dirname, 'main.ts')];
    for (const [secret, warnings] of [
      ['', 1],
      [testSecret, 0],
    ] as const) {
      const env = { ...postgresEnv(database.config), SERVER_ADDR: '127.0.0.1:0', AUTH_JWT_SECRET: secret };
      const started = await startProcess(command, env);
      await started.stop();
      expect(started.output().match(/"level":"warn".*AUTHENTICATION IS OFF/g) ?? []).toHaveLength(warnings);
    }
  });

  test('it takes an API key where it checks tokens, and no request without one', async () => {
    const { key } = await makeApiKey(database.sql, { organiserUuid: null, scopes: ['read'] });
    await begin({ AUTH_JWT_SECRET: testSecret });
    const status = async (headers = {}) =>
      (await fetch(`http://127.0.0.1:${running!.port}/api/v1/management/venues`, { headers })).status;
    expect([await status(), await status({ Authorization: `Bearer ${key}` })]).toEqual([401, 200]);
  });

  test('its metrics have the names by which dashboards and alerts ask for them', async () => {
    const { metrics } = await begin();
    const types = [...(await metrics()).matchAll(/^# TYPE (.*)$/gm)].map((match) => match[1]);
    expect(types.sort()).toEqual([
      'build_info gauge',
      'cache_reads_total counter',
      'db_call_duration_seconds histogram',
      'db_calls_under_way gauge',
      'db_calls_waiting gauge',
      'db_open_transaction_seconds gauge',
      'db_pool_connections_max gauge',
      'db_pool_wait_seconds_total counter',
      'db_unavailable_total counter',
      'dependency_up gauge',
      'http_request_duration_seconds histogram',
      'live_viewers gauge',
      'process_resident_memory_bytes gauge',
      'process_uptime_seconds gauge',
      'service_ready gauge',
    ]);
  });
});
