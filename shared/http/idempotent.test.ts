import { expect, test } from 'bun:test';
import { Hono } from 'hono';
import type { IdempotencyKeys } from '../idempotency/idempotency.ts';
import type { Env } from './env.ts';
import { idempotent } from './idempotent.ts';
import { uuidInput } from './schemas.ts';

test('a request whose process dies before its answer is kept does its work again under the same uuid', async () => {
  const uuids: string[] = [];
  const dying: IdempotencyKeys = {
    begin: async () => ({ turn: { name: '1' } }),
    finish: () => Promise.reject(new Error('the process is gone')),
    suspend: async () => {},
    purge: async () => 0,
  };
  const app = new Hono<Env>().onError((_, c) => c.text('', 500));
  app.post('/:scope/:key/:text', (c) => {
    const { scope, key, text } = c.req.param();
    return idempotent(c, dying, { scope, key, about: 'POST', body: { text } }, async (uuid) => {
      uuids.push(uuid);
      return { status: 201, json: {}, location: '/' };
    });
  });
  for (const path of ['/ann/1/a', '/ann/1/a', '/ann/2/a', '/bob/1/a', '/ann/1/b']) {
    await app.request(path, { method: 'POST' });
  }
  const [first, again, ...others] = uuids;
  expect(again).toBe(first!);
  expect(new Set([first, ...others]).size).toBe(4);
  for (const uuid of uuids) expect(uuidInput.safeParse(uuid).success).toBe(true);
});
