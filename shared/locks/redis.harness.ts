import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { RedisConfig } from '../config/config.ts';
import { openRedis, type RedisServer } from '../redis/client.ts';
import { redisTicketLocks } from './redis.ts';
import type { TicketLocksHarness } from './ticket-locks.conformance.ts';
import type { TicketLocks } from './ticket-locks.ts';

/** Two clients on a real Redis, for the adapter or for a deliberately broken one; keys of their own. */
export async function redisLocksHarness(
  config: RedisConfig,
  make: (redis: RedisServer) => TicketLocks = redisTicketLocks,
): Promise<TicketLocksHarness> {
  const keyPrefix = `test-${randomUUID()}:`;
  const [redis, other, plain] = [
    openRedis(config, { keyPrefix }),
    openRedis(config, { keyPrefix }),
    openRedis(config, { deadlineMs: 10_000 }),
  ];
  let calls = 0;
  // Every command passes here.
  const client = redis.client as Redis;
  const send = client.sendCommand.bind(client);
  client.sendCommand = (command, stream) => {
    calls++;
    return send(command, stream);
  };
  return {
    locks: make(redis),
    otherProcess: make(other),
    advance: (ms) => moveBack(plain, keyPrefix, ms),
    calls: () => calls,
    close: async () => {
      for (const key of await keysBehind(plain, keyPrefix)) await plain.client.del(key);
      await Promise.all([redis.close(), other.close(), plain.close()]);
    },
  };
}

/** The store's clock can't be moved, so every end is moved the other way. */
async function moveBack(redis: RedisServer, prefix: string, ms: number): Promise<void> {
  const client = redis.client as Redis;
  for (const key of await keysBehind(redis, prefix)) {
    const type = await client.type(key);
    if (type === 'set') continue;
    if (type === 'zset') {
      for (const member of await client.zrange(key, '0', '-1')) await client.zincrby(key, -ms, member);
      continue;
    }
    for (const field of await client.hkeys(key)) {
      const [end] = (await client.call('HPEXPIRETIME', key, 'FIELDS', '1', field)) as number[];
      if (key.includes('ticket_locks_more')) {
        // "<token> <adopted> <end of the hold, or 0> <note>".
        const [token, adopted, until, ...note] = (await client.hget(key, field))!.split(' ');
        const earlier = until === '0' ? until : String(Number(until) - ms);
        await client.hset(key, field, [token, adopted, earlier, ...note].join(' '));
      }
      await client.call('HPEXPIREAT', key, String(end! - ms), 'FIELDS', '1', field);
    }
  }
}

async function keysBehind({ run, client }: RedisServer, prefix: string): Promise<string[]> {
  await run(() => client.ping());
  const nodes = 'nodes' in client ? client.nodes('master') : [client];
  return (await Promise.all(nodes.map((node) => node.keys(`${prefix}*`)))).flat();
}
