import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import type { Running } from '../../shared/process/lifecycle.ts';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { type OwnRedis, startRedis } from '../../shared/testing/redis-server.ts';
import { postgresEnv } from '../../tests/rig/targets.ts';
import { start } from './main.ts';

setDefaultTimeout(60_000);

let database: TestDatabase;
let server: OwnRedis;
let running: Running;

beforeAll(async () => {
  database = await testDatabase();
  server = await startRedis();
  running = await start({
    ...postgresEnv(database.config),
    REDIS_ADDR: server.node,
    SERVER_ADDR: '127.0.0.1:0',
    LOG_LEVEL: 'fatal',
  });
});
afterAll(async () => {
  await running.stop();
  await server.stop();
  await database.drop();
});

const ready = async () => {
  const response = await fetch(`http://127.0.0.1:${running.port}/readyz`);
  return [response.status, await response.json()];
};

test('events are degraded, with a reason, while their Redis allows no channels', async () => {
  const ok = [200, { status: 'ok', dependencies: { postgres: 'ok', redis: 'ok' } }];
  await eventually(async () => expect(await ready()).toEqual(ok));
  await server.command('ACL', 'SETUSER', 'default', 'resetchannels');
  expect(await ready()).toEqual([
    200,
    {
      status: 'degraded',
      dependencies: { postgres: 'ok', redis: 'unavailable' },
      reasons: { redis: expect.stringContaining('grant all commands, keys and channels') },
    },
  ]);
  await server.command('ACL', 'SETUSER', 'default', 'allchannels');
  await eventually(async () => expect(await ready()).toEqual(ok));
});
