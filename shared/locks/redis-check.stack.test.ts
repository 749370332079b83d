import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { checkRedisCache } from '../cache/redis.ts';
import { serverConfig, serverVariables } from '../config/config.ts';
import { readConfig } from '../config/environment.ts';
import { isAppError, reasonOf, Unfit } from '../errors.ts';
import { createMetrics } from '../http/metrics.ts';
import { createShell } from '../http/shell.ts';
import { silentLog } from '../process/log.ts';
import { evictionWarning } from '../redis/checks.ts';
import { openRedis, type RedisServer } from '../redis/client.ts';
import { eventually } from '../testing/eventually.ts';
import { startCluster } from '../testing/redis-cluster.ts';
import { type OwnRedis, startRedis } from '../testing/redis-server.ts';
import { redisTicketLocks } from './redis.ts';
import { checkRedisLocks } from './redis-check.ts';

setDefaultTimeout(30_000);

const open = (nodes: string[], { password = '', database = 0 } = {}) =>
  openRedis({ nodes, password, database }, { deadlineMs: 500 });

const take = (redis: RedisServer, eventUuid = randomUUID()) =>
  redisTicketLocks(redis).acquire({ eventUuid, ticketUuids: [randomUUID()], owner: 'ann', ttlMs: 60_000 });

/** Returns the sentence of the check, and whether a buyer is told to retry. */
async function told(redis: RedisServer): Promise<{ reason: string | undefined; isUnavailable: boolean }> {
  const failed = await checkRedisLocks(redis)().catch((error: unknown) => error);
  const refused = await take(redis).catch((error: unknown) => error);
  return { reason: reasonOf(failed), isUnavailable: isAppError(refused, 'unavailable') };
}

/** Returns the checks of locks and cache as `/readyz` shows them, with the timeouts of a service. */
async function readyz(node: string): Promise<{ dependencies: object; reasons?: Record<string, string> }> {
  const redis = openRedis({ nodes: [node], password: '', database: 0 });
  const app = createShell(
    { title: 'Test', description: '', tags: [] },
    {
      log: silentLog,
      metrics: createMetrics('test'),
      server: serverConfig(readConfig(serverVariables, {})),
      dependencies: { locks: checkRedisLocks(redis), cache: checkRedisCache(redis, 'event:ready') },
      closing: new AbortController().signal,
    },
    () => {},
  );
  const told = await app.request('/readyz');
  await redis.close();
  return (await told.json()) as Awaited<ReturnType<typeof readyz>>;
}

describe('/readyz says in time why Redis refuses, though it might be over in a moment', () => {
  const bothSay = (words: string) => ({
    dependencies: { locks: 'unavailable', cache: 'unavailable' },
    reasons: { locks: expect.stringContaining(words), cache: expect.stringContaining(words) },
  });

  test('a replica', async () => {
    const server = await startRedis();
    await server.command('REPLICAOF', '127.0.0.1', '1');
    expect(await readyz(server.node)).toMatchObject(bothSay('leads to a replica of Redis'));
    await server.stop();
  });

  test('a cluster without its slots', async () => {
    const server = await startRedis('--cluster-enabled', 'yes');
    expect(await readyz(server.node)).toMatchObject(bothSay('the Redis cluster is down'));
    await server.stop();
  });

  test('a cluster’s node alone', async () => {
    const cluster = await startCluster();
    const told = await Promise.all(cluster.nodes.map(({ node }) => readyz(node)));
    const said = told.map(({ reasons }) =>
      Object.keys(reasons ?? {})
        .sort()
        .join(),
    );
    // The key of the cache is on one of the three.
    expect(said.sort()).toEqual(['cache,locks', 'cache,locks', 'locks']);
    for (const { reasons } of told) {
      for (const reason of Object.values(reasons!)) expect(reason).toContain('names one node of a Redis cluster');
    }
    await cluster.stop();
  });

  test('a full number of clients', async () => {
    const server = await startRedis();
    await server.command('CONFIG', 'SET', 'maxclients', '1');
    const only = new Redis(server.port, '127.0.0.1');
    await only.ping();
    // A server that closes at once may cut off its error.
    await eventually(async () => {
      expect(await readyz(server.node)).toMatchObject(bothSay('raise its maxclients'));
    });
    only.disconnect();
    await server.stop();
  });
});

describe('a check of the locks', () => {
  let server: OwnRedis;
  let redis: RedisServer;
  beforeEach(async () => {
    server = await startRedis('--databases', '4');
    redis = open([server.node]);
    await checkRedisLocks(redis)();
  });
  afterEach(async () => {
    await redis.close();
    await server.stop();
  });

  const config = (...args: string[]) => server.command('CONFIG', 'SET', ...args);

  test('leaves no lock and nothing to sweep', async () => {
    await checkRedisLocks(redis)();
    expect(await redisTicketLocks(redis).purgeExpired()).toEqual([]);
    const keys = (await server.command('KEYS', 'ticket_locks:*')) as string[];
    expect(keys).toEqual([]);
    for (const key of (await server.command('KEYS', '*')) as string[]) {
      expect(Number(await server.command('PTTL', key))).toBeGreaterThan(0);
    }
  });

  test('that is full says so, and is a cache no more either', async () => {
    const check = checkRedisLocks(redis);
    await check();
    await config('maxmemory', '1');
    expect(await told(redis)).toEqual({ reason: expect.stringContaining('Redis is full'), isUnavailable: true });
    expect(reasonOf(await check().catch((error) => error))).toContain('Redis is full');
    const failed = await checkRedisCache(redis, 'event:ready')().catch((error) => error);
    expect(reasonOf(failed)).toContain('Redis is full');
    await redis.ping();
    await config('maxmemory', '0');
    await checkRedisCache(redis, 'event:ready')();
    await checkRedisLocks(redis)();
  });

  test('that can’t save its data says so', async () => {
    const [, dir] = (await server.command('CONFIG', 'GET', 'dir')) as string[];
    await config('save', '3600 1');
    await rm(dir!, { recursive: true });
    await server.command('BGSAVE');
    await eventually(async () => {
      expect(await told(redis)).toEqual({ reason: expect.stringContaining('disk'), isUnavailable: true });
    });
  });

  test('that misses its replicas says so', async () => {
    await config('min-replicas-to-write', '1');
    expect(await told(redis)).toEqual({
      reason: expect.stringContaining('min-replicas-to-write'),
      isUnavailable: true,
    });
    await config('min-replicas-to-write', '0');
  });

  test('that is a replica says so', async () => {
    await server.command('REPLICAOF', '127.0.0.1', '1');
    expect(await told(redis)).toEqual({ reason: expect.stringContaining('replica'), isUnavailable: true });
    await server.command('REPLICAOF', 'NO', 'ONE');
    await eventually(checkRedisLocks(redis));
  });

  test('that needs a password, or another one, names the variable and not the secret', async () => {
    await config('requirepass', 'right');
    const [without, wrong] = [open([server.node]), open([server.node], { password: 'not-that-one' })];
    const right = open([server.node], { password: 'right' });
    try {
      for (const [client, says] of [
        [without, 'asks for a password'],
        [wrong, 'refuses the password'],
      ] as const) {
        const { reason, isUnavailable } = await told(client);
        expect(reason).toContain(says);
        expect(reason).toContain('REDIS_PASSWORD');
        expect(reason).not.toContain('not-that-one');
        expect(isUnavailable).toBe(true);
      }
      await checkRedisLocks(right)();
    } finally {
      await Promise.all([without, wrong, right].map((client) => client.close()));
    }
  });

  test('whose user lacks a right says so, and no lock without an end is left', async () => {
    const event = randomUUID();
    for (const right of ['hpexpireat', 'hset', 'zadd']) {
      await server.command('ACL', 'SETUSER', 'default', `-${right}`);
      const refused = await take(redis, event).catch((error) => error);
      const { reason, isUnavailable } = await told(redis);
      await server.command('ACL', 'SETUSER', 'default', '+@all');
      expect([isAppError(refused, 'unavailable'), isUnavailable]).toEqual([true, true]);
      expect(reason).toContain('does not let its user');
      const locks = `ticket_locks:{${event}}`;
      for (const field of (await server.command('HKEYS', locks)) as string[]) {
        expect(await server.command('HPTTL', locks, 'FIELDS', '1', field)).not.toEqual([-1]);
      }
    }
  });

  test('that has no such database says so, and nothing is written into another', async () => {
    const before = await server.command('DBSIZE');
    const lost = open([server.node], { database: 9 });
    expect(await told(lost)).toEqual({ reason: expect.stringContaining('REDIS_DB'), isUnavailable: true });
    expect(await server.command('DBSIZE')).toEqual(before);
    await lost.close();
  });

  test('whose addresses are of separate servers says so', async () => {
    const other = await startRedis();
    const both = open([server.node, other.node]);
    const { reason, isUnavailable } = await told(both);
    expect([reason, isUnavailable]).toEqual([expect.stringContaining('no Redis cluster'), true]);
    await both.close();
    await other.stop();
  });

  test('warns of a memory that may evict held seats, and of no other', async () => {
    await config('maxmemory-policy', 'allkeys-lru');
    expect(await evictionWarning(redis)).toBeUndefined();
    await config('maxmemory', '100mb');
    expect(await evictionWarning(redis)).toContain('maxmemory-policy allkeys-lru');
    for (const policy of ['volatile-lru', 'volatile-ttl', 'noeviction']) {
      await config('maxmemory-policy', policy);
      expect(await evictionWarning(redis)).toBeUndefined();
    }
  });
});

test('a check of a server without fields that expire names the needed version, and no lock without an end is left', async () => {
  const server = await startRedis('--rename-command', 'HPEXPIREAT', '""');
  const redis = open([server.node]);
  const event = randomUUID();
  const refused = await take(redis, event).catch((error) => error);
  expect(refused).toBeInstanceOf(Unfit);
  const { reason, isUnavailable } = await told(redis);
  expect(reason).toMatch(/^Redis 7.4 or newer is needed, or Valkey 9 or newer, .*; this is Redis \d+\.\d+\.\d+$/);
  expect(isUnavailable).toBe(true);
  expect(await server.command('EXISTS', `ticket_locks:{${event}}`)).toBe(0);
  await redis.close();
  await server.stop();
});

test('a check of a server with a renamed command names it, and mentions no version', async () => {
  for (const command of ['ZADD', 'EVAL', 'SET']) {
    const server = await startRedis('--rename-command', command, '""');
    const { reasons } = await readyz(server.node);
    const told = [reasons?.[command === 'SET' ? 'cache' : 'locks']];
    expect(told).toEqual([expect.stringContaining(`Redis knows no command ${command}: `)]);
    await server.stop();
  }
});

describe('a check of the locks in a cluster', () => {
  let cluster: Awaited<ReturnType<typeof startCluster>>;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.stop());

  test('passes if one node passes, as the others’ events can’t be sold either way', async () => {
    const redis = open(cluster.nodes.map(({ node }) => node));
    await checkRedisLocks(redis)();
    const [first, ...others] = cluster.nodes as [OwnRedis, ...OwnRedis[]];
    for (const { command } of others) await command('CONFIG', 'SET', 'maxmemory', '1');
    await checkRedisLocks(redis)();
    await first.command('CONFIG', 'SET', 'maxmemory', '1');
    const failed = await checkRedisLocks(redis)().catch((error) => error);
    expect(reasonOf(failed)).toContain('Redis is full');
    for (const { command } of cluster.nodes) await command('CONFIG', 'SET', 'maxmemory', '0');
    await checkRedisLocks(redis)();
    const nodes = redis.primaries();
    expect(nodes.map((node: Redis) => node.options.port).sort()).toEqual(cluster.nodes.map(({ port }) => port).sort());
    await redis.close();
  });

  test('fails for an address of one node alone', async () => {
    for (const { node } of cluster.nodes) {
      const redis = open([node]);
      const failed = await checkRedisLocks(redis)().catch((error) => error);
      expect(reasonOf(failed)).toContain('one node of a Redis cluster of 3');
      await redis.close();
    }
  });
});
