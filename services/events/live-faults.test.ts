import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresConfig, postgresConfig, postgresVariables } from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import { openDb } from '../../shared/db/client.ts';
import { migrate } from '../../shared/db/migrate.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../shared/embedded/postgres.ts';
import type { Running } from '../../shared/process/lifecycle.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { type MadeEvent, makeEvent } from '../../shared/testing/factories.ts';
import { postgresEnv } from '../../tests/rig/targets.ts';
import { type LiveReader, readLive } from './live.harness.ts';
import { start } from './main.ts';

setDefaultTimeout(60_000);

let dir: string;
let postgres: EmbeddedPostgres;
let config: PostgresConfig;
let event: MadeEvent;
let running: Running;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'onsale-live-'));
  postgres = await startEmbeddedPostgres({ dir });
  const { host, port, user, password, database } = postgres;
  const env = {
    POSTGRES_HOST: host,
    POSTGRES_PORT: String(port),
    POSTGRES_USER: user,
    POSTGRES_PASSWORD: password,
    POSTGRES_DBNAME: database,
  };
  config = postgresConfig(readConfig(postgresVariables, env), 'onsale-test');
  await migrate(config);
  event = await withSql((sql) => makeEvent(sql, { seats: 2 }));
  running = await start({ ...postgresEnv(config), SERVER_ADDR: '127.0.0.1:0', LOG_LEVEL: 'fatal' });
});
afterAll(async () => {
  await running.stop();
  await postgres.stop();
  await rm(dir, { recursive: true, force: true });
});

async function withSql<T>(work: (sql: ReturnType<typeof openDb>['sql']) => Promise<T>): Promise<T> {
  const db = openDb(config, { max: 1 });
  return work(db.sql).finally(db.close);
}

const book = (seat: number) =>
  withSql((sql) => sql`update tickets set status = 'booked' where uuid = ${event.tickets[seat]!}`);
const open = (uuid: string, query = '') =>
  fetch(`http://127.0.0.1:${running.port}/api/v1/management/events/${uuid}/live${query}`);
const names = ({ events }: LiveReader) => events.map(({ event }) => event);

test('streams stay open with unavailable while PostgreSQL is away, and send what is taken when it is back', async () => {
  const before = readLive(await open(event.uuid));
  await eventually(() => expect(names(before)).toEqual(['taken']));
  const since = `?since=${before.events[0]!.id}`;
  await postgres.stop();

  const opened = await Promise.all([
    open(event.uuid),
    open(event.uuid, since),
    open(randomUUID(), `${since}&by=index`),
  ]);
  expect(opened.map(({ status }) => status)).toEqual([200, 200, 200]);
  const [meanwhile, resuming, nowhere] = opened.map(readLive) as [LiveReader, LiveReader, LiveReader];
  await eventually(() =>
    expect([before, meanwhile, resuming, nowhere].map(names)).toEqual([
      ['taken', 'unavailable'],
      ['unavailable'],
      ['unavailable'],
      ['unavailable'],
    ]),
  );
  expect(meanwhile.events[0]).toEqual({
    event: 'unavailable',
    data: { error: 'unavailable', message: expect.any(String) },
    id: expect.any(String),
    retry: expect.stringMatching(/^\d+$/),
  });

  postgres = await startEmbeddedPostgres({ dir, port: config.port });
  await book(1);
  for (const viewer of [before, meanwhile, resuming]) {
    await eventually(() => expect(viewer.taken()).toEqual({ [event.tickets[1]!]: 'booked' }));
    await viewer.close();
  }
  await eventually(() => nowhere.hasEnded());
  expect((await open(randomUUID())).status).toBe(404);
});
