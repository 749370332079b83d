import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { openRedis } from '../redis/client.ts';
import { stackRedis } from '../testing/stack.ts';
import { redisLocksHarness } from './redis.harness.ts';
import { redisTicketLocks } from './redis.ts';
import { ticketLocksConformance } from './ticket-locks.conformance.ts';

ticketLocksConformance('Redis', () => redisLocksHarness(stackRedis()));

test('Redis evicts no key of a hold under volatile-lru: they have no time to live', async () => {
  const redis = openRedis(stackRedis());
  const locks = redisTicketLocks(redis);
  const [eventUuid, ticketUuid] = [randomUUID(), randomUUID()];
  const wanted = { eventUuid, ticketUuids: [ticketUuid], owner: randomUUID(), ttlMs: 60_000 };
  const taken = await locks.acquire({ ...wanted, note: '500 USD' });
  const held = { eventUuid, locks: taken.ok ? taken.holds : [] };
  const ttls = () =>
    Promise.all(
      ['ticket_locks', 'ticket_locks_more'].map((name) => (redis.client as Redis).ttl(`${name}:{${eventUuid}}`)),
    );
  expect(await ttls()).toEqual([-1, -1]);
  await locks.adopt(held);
  await locks.cover({ ...held, windowMs: 120_000 });
  await locks.extend({ ...held, ttlMs: 90_000 });
  expect(await ttls()).toEqual([-1, -1]);
  await locks.release(held);
  // Nothing is left: -2 is no key.
  expect(await ttls()).toEqual([-2, -2]);
  await redis.close();
});
