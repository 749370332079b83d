import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresConfig, postgresConfig, postgresVariables } from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import { openDb } from '../../shared/db/client.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../shared/embedded/postgres.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { type Client, client } from '../contract/client.ts';
import { runProcess, startProcess } from '../rig/process.ts';
import { postgresEnv, startServices, type Target } from '../rig/targets.ts';

/** A hung request fails here; the test does not check the speed of responses. */
const patience = () => ({ signal: AbortSignal.timeout(8_000) });

describe('faults of PostgreSQL, seen by three processes', () => {
  let dir: string;
  let postgres: EmbeddedPostgres;
  let config: PostgresConfig;
  let target: Target;
  let api: Client;
  let free: string[];
  let eventUuid: string;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'onsale-faults-'));
    postgres = await startEmbeddedPostgres({ dir });
    config = configOf(postgres);
    target = await startServices('bun', async () => ({ config, drop: async () => {} }));
    api = client(target);
    const { event, seats } = await api.freeSeats(8);
    eventUuid = event.uuid;
    free = seats.map((seat) => seat.uuid);
    await eventually(async () => (await api.search('?q=madison')).status === 200);
  }, 90_000);
  afterAll(async () => {
    await target?.stop();
    await postgres.stop();
    await rm(dir, { recursive: true, force: true });
  }, 30_000);

  const requests = (): Record<string, Promise<Response>> => {
    const post = (verb: string, body: object) =>
      fetch(`${target.booking}/api/v1/booking/tickets/${verb}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
        ...patience(),
      });
    const buyer = { ticket_uuid: free[0]!, user_uuid: randomUUID() };
    return {
      event: fetch(`${target.events}${api.paths.events}/${eventUuid}`, patience()),
      'another event': fetch(`${target.events}${api.paths.events}/${randomUUID()}`, patience()),
      list: fetch(`${target.events}${api.paths.events}`, patience()),
      reserve: post('reserve', buyer),
      'reserve an unknown ticket': post('reserve', { ...buyer, ticket_uuid: randomUUID() }),
      confirm: post('confirm', { ...buyer, payment_method_uuid: randomUUID() }),
    };
  };

  async function allUnavailable(): Promise<void> {
    for (const [name, request] of Object.entries(requests())) {
      const response = await request;
      expect({ name, status: response.status, retryAfter: response.headers.get('retry-after') }).toEqual({
        name,
        status: 503,
        retryAfter: '1',
      });
      expect(await response.json()).toMatchObject({ error: 'unavailable', message: expect.any(String) });
    }
    // The index is in memory: a search needs no database.
    expect((await api.search('?q=madison')).status).toBe(200);
    for (const base of [target.events, target.booking, target.search]) {
      expect((await fetch(`${base}/livez`, patience())).status).toBe(200);
      const ready = await fetch(`${base}/readyz`, patience());
      const isSearch = base === target.search;
      expect(ready.status).toBe(isSearch ? 200 : 503);
      const status = isSearch ? 'degraded' : 'unavailable';
      expect(await ready.json()).toMatchObject({ status, dependencies: { postgres: 'unavailable' } });
    }
  }

  async function allWell(): Promise<void> {
    await eventually(async () => (await fetch(`${target.events}/readyz`)).status === 200);
    const [ticket, user] = [free.pop()!, randomUUID()];
    const live = await openLive(`${target.events}${api.paths.events}/${eventUuid}/live`);
    await eventually(async () => (await api.reserve(ticket, user)).status === 200);
    await live.until(ticket);
    expect((await api.confirm(ticket, user)).status).toBe(200);
    expect(await api.status(eventUuid, ticket)).toBe('booked');
    // Changes are followed again, those from just after the fault too.
    const word = `quokka${randomUUID().slice(0, 8)}`;
    const db = openDb(config, { max: 1 });
    await db.sql`update events set name = ${`${word} live`} where uuid = ${eventUuid}`;
    await db.close();
    await eventually(async () => {
      const { total } = (await (await api.search(`?q=${word}`)).json()) as { total: number };
      return total === 1;
    });
  }

  test('every service works before', allWell, 30_000);

  test('stopped: 503 with Retry-After, searches go on; all recover without a restart when it is back', async () => {
    await postgres.stop();
    await allUnavailable();
    postgres = await startEmbeddedPostgres({ dir, port: config.port });
    await allWell();
  }, 60_000);

  test('hung: 503 with Retry-After, searches go on; all recover when it is back', async () => {
    const processes = [postgres.pid, ...childrenOf(postgres.pid)];
    for (const pid of processes) process.kill(pid, 'SIGSTOP');
    try {
      await allUnavailable();
    } finally {
      for (const pid of processes) process.kill(pid, 'SIGCONT');
    }
    await allWell();
  }, 60_000);

  test('killed: all recover when it is back', async () => {
    process.kill(postgres.pid, 'SIGKILL');
    await eventually(async () => (await api.list()).status === 503);
    await allUnavailable();
    await postgres.stop();
    postgres = await startEmbeddedPostgres({ dir, port: config.port });
    await allWell();
  }, 60_000);

  test('every connection cut: the next requests are served', async () => {
    const db = openDb(config, { max: 1 });
    await db.sql`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name like 'onsale-%' and pid <> pg_backend_pid()`;
    await db.close();
    await allWell();
  }, 60_000);
});

test('a service that starts before its database waits for it', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'onsale-faults-'));
  let postgres = await startEmbeddedPostgres({ dir });
  const config = configOf(postgres);
  const env = postgresEnv(config);
  const command = (service: string, ...args: string[]) => [
    process.execPath,
    join(import.meta.dirname, '..', '..', 'services', service, 'main.ts'),
    ...args,
  ];
  await runProcess(command('events', 'migrate'), env);
  await postgres.stop();
  const started = await Promise.all(
    ['events', 'booking', 'search'].map((service) =>
      startProcess(command(service), { ...env, SERVER_ADDR: '127.0.0.1:0' }),
    ),
  );
  const ready = () =>
    Promise.all(started.map(async ({ ports }) => (await fetch(`http://127.0.0.1:${ports[0]}/readyz`)).status));
  expect(await ready()).toEqual([503, 503, 503]);
  postgres = await startEmbeddedPostgres({ dir, port: config.port });
  await eventually(async () => (await ready()).every((status) => status === 200));
  expect(await Promise.all(started.map((process) => process.stop()))).toEqual([0, 0, 0]);
  await postgres.stop();
  await rm(dir, { recursive: true, force: true });
}, 60_000);

/** Reads a stream of live seats until a text has come. */
async function openLive(url: string) {
  const abort = new AbortController();
  const response = await fetch(url, { signal: abort.signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    async until(wanted: string) {
      const timer = setTimeout(() => abort.abort(new Error(`${wanted} did not come, but ${text}`)), 10_000);
      while (!text.includes(wanted)) text += (await reader.read()).value ?? '';
      clearTimeout(timer);
      abort.abort();
    },
  };
}

const configOf = ({ host, port, user, password, database }: EmbeddedPostgres): PostgresConfig =>
  postgresConfig(
    readConfig(postgresVariables, {
      POSTGRES_HOST: host,
      POSTGRES_PORT: String(port),
      POSTGRES_USER: user,
      POSTGRES_PASSWORD: password,
      POSTGRES_DBNAME: database,
    }),
    'onsale-test',
  );

const childrenOf = (pid: number): number[] =>
  execFileSync('ps', ['-A', '-o', 'pid=,ppid='])
    .toString()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child, parent]) => (parent === pid && child ? [child] : []));

test('a role that the embedded index can’t be split into is refused, with the reason', async () => {
  const main = join(import.meta.dirname, '..', '..', 'services', 'search', 'main.ts');
  for (const ROLE of ['api', 'cdc']) {
    await expect(runProcess([process.execPath, main], { ROLE })).rejects.toThrow(/embedded index lives in one process/);
  }
  await expect(runProcess([process.execPath, main], { ROLE: 'both' })).rejects.toThrow(/must be one of all, api, cdc/);
});
