// The floor of a reservation: a bare Hono that checks the body and runs one Redis script that takes a lock. It returns
// the given response, whatever the script returns.
import { zValidator } from '@hono/zod-validator';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { redisConfig, redisVariables } from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import { openRedis } from '../../shared/redis/client.ts';

const { client } = openRedis(redisConfig(readConfig(redisVariables, process.env))!);
client.defineCommand('takeLock', {
  numberOfKeys: 1,
  lua: "if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end return 0",
});
const { takeLock } = client as unknown as { takeLock(key: string, user: string, ttlMs: number): Promise<number> };

let answer: { status: number; type: string; body: string } | undefined;
const app = new Hono();

app.put('/answers/:name', async (c) => {
  answer = {
    status: Number(c.req.query('status')),
    type: c.req.header('Content-Type') ?? '',
    body: await c.req.text(),
  };
  return c.body(null, 204);
});

const body = z.object({ ticket_uuid: z.uuid(), user_uuid: z.uuid() });

app.post('/answers/:name', zValidator('json', body), async (c) => {
  const { ticket_uuid, user_uuid } = c.req.valid('json');
  await takeLock.call(client, `floor:${ticket_uuid}`, user_uuid, 900_000);
  return answered(c);
});

function answered(c: Context): Response {
  const { status, type, body: text } = answer!;
  return text === '' ? c.body(null, status as 200) : c.body(text, status as 200, { 'Content-Type': type });
}

const server = Bun.serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0, development: false });
console.log(JSON.stringify({ port: server.port, msg: 'listening' }));
process.on('SIGTERM', () => process.exit(0));
