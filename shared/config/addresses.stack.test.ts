import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { start } from '../../services/booking/main.ts';
import { postgresEnv } from '../../tests/rig/targets.ts';
import { openRedis } from '../redis/client.ts';
import { type TestDatabase, testDatabase } from '../testing/database.ts';
import { makeEvent } from '../testing/factories.ts';
import { type OwnRedis, startRedis } from '../testing/redis-server.ts';
import { redisConfig, redisVariables } from './config.ts';
import { readConfig } from './environment.ts';

let server: OwnRedis;
let database: TestDatabase;
beforeAll(async () => {
  server = await startRedis();
  database = await testDatabase();
  await sellOne();
  await server.command('CONFIG', 'SET', 'requirepass', 'hu/sh@,');
});
afterAll(async () => {
  await server.stop();
  await database.drop();
});

/** An audit reads the lock store for recent sales only. */
async function sellOne(): Promise<void> {
  const { tickets } = await makeEvent(database.sql, { seats: 1 });
  const env = { ...postgresEnv(database.config), SERVER_ADDR: '127.0.0.1:0', LOG_LEVEL: 'fatal' };
  const service = await start(env);
  const post = (path: string, body: object) =>
    fetch(`http://127.0.0.1:${service.port}/api/v1/booking/tickets/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ticket_uuid: tickets[0], user_uuid: randomUUID(), ...body }),
    });
  const user_uuid = randomUUID();
  await post('reserve', { user_uuid });
  const paid = await post('confirm', { user_uuid, payment_method_uuid: randomUUID() });
  expect(paid.status).toBe(200);
  await service.stop();
}

const withLogin = () => `redis://default:hu%2Fsh%40%2C@${server.node}/3`;

test('the password and database in REDIS_ADDR are used', async () => {
  const redis = openRedis(redisConfig(readConfig(redisVariables, { REDIS_ADDR: withLogin() }))!);
  await redis.run(() => redis.client.set('it', 'is here'));
  await redis.close();
  const look = new Redis({ host: '127.0.0.1', port: server.port, password: 'hu/sh@,', db: 3 });
  expect(await look.get('it')).toBe('is here');
  look.disconnect();
});

test.each([
  ['a password that is wrong', () => withLogin().replace('hu%2F', 'ha%2F'), 'WRONGPASS'],
  ['no password', () => server.node, 'NOAUTH'],
])('booking audit with %s says so in a sentence, without it', async (_, address, says) => {
  const child = Bun.spawn([process.execPath, `${import.meta.dirname}/../../services/booking/main.ts`, 'audit'], {
    env: { PATH: process.env.PATH, ...postgresEnv(database.config), REDIS_ADDR: address() },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  expect(out + err).toContain(says);
  expect(err).toContain('Set REDIS_PASSWORD to what the server knows.');
  expect(out + err).not.toMatch(/^\s*at |^\s*\d+ \| |sh@|%2F/m);
  expect(await child.exited).toBe(1);
});
