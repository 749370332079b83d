import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { makeCertificates } from '../../tests/rig/certificates.ts';
import { startTlsRedis, tlsConfig } from '../../tests/rig/redis-tls.ts';
import { cacheDeadlineMs, redisCache } from '../cache/redis.ts';
import type { RedisConfig } from '../config/config.ts';
import { redisSeatFeed } from '../feed/redis.ts';
import { redisTicketLocks } from '../locks/redis.ts';
import { checkRedisLocks } from '../locks/redis-check.ts';
import { createLog } from '../process/log.ts';
import { type Forwarder, startForwarder } from '../testing/forwarder.ts';
import { type OwnCluster, startCluster } from '../testing/redis-cluster.ts';
import { type OwnRedis, startRedis } from '../testing/redis-server.ts';
import { openRedis } from './client.ts';

setDefaultTimeout(60_000);

/** From the moment that the address leads to a working server, whatever the old sessions do. */
const boundMs = 3000;
const silent = createLog('test', 'silent');

/** All uses of a Redis in the services, each over its own connection. */
function clientsOf(at: Pick<RedisConfig, 'nodes' | 'tls'>) {
  const config = { ...at, password: '', database: 0 };
  const [redis, cacheRedis] = [openRedis(config), openRedis(config, { deadlineMs: cacheDeadlineMs })];
  const [locks, cache, feed] = [redisTicketLocks(redis), redisCache(cacheRedis), redisSeatFeed(redis, silent)];
  let heard = 0;
  let gaps = 0;
  const take = (eventUuid: string) =>
    locks.acquire({ eventUuid, ticketUuids: [randomUUID()], owner: 'ann', ttlMs: 60_000 });
  return {
    subscribe: () => feed.subscribe({ onChange: () => heard++, onGap: () => gaps++ }),
    gaps: () => gaps,
    /** One of each, by keys of all nodes. */
    works: {
      locks: async (keys: string[]) => {
        for (const { ok } of await Promise.all(keys.map(take))) expect(ok).toBe(true);
      },
      readiness: checkRedisLocks(redis),
      cache: async (keys: string[]) => {
        for (const key of keys) await cache.set(key, 'kept', 60_000);
        for (const key of keys) expect(await cache.get(key)).toBe('kept');
      },
      feed: async () => {
        const before = heard;
        feed.publish(randomUUID());
        await Bun.sleep(30);
        expect(heard).toBeGreaterThan(before);
      },
    },
    close: async () => {
      await feed.close();
      await Promise.all([redis.close(), cacheRedis.close()]);
    },
  };
}

type Clients = ReturnType<typeof clientsOf>;

/** Returns how long each kind of use takes until it works again, in milliseconds. */
async function untilAllWork({ works }: Clients, keys: string[]): Promise<Record<string, number>> {
  const began = performance.now();
  const times = Object.entries(works).map(async ([name, work]) => {
    while (performance.now() - began < 4 * boundMs) {
      const done = await work(keys).then(
        () => true,
        () => false,
      );
      if (done) break;
      await Bun.sleep(10);
    }
    return [name, performance.now() - began] as const;
  });
  return Object.fromEntries(await Promise.all(times));
}

/** The hung server is in use all the while, or idle. */
const uses = [
  ['in use', true],
  ['at rest', false],
] as const;

describe.each(uses)('a Redis that hangs, %s, and another behind its address', (_, isUsed) => {
  /** Hangs the old ones for a moment, while the address still leads to them, then lets it lead to the new ones. */
  async function change(clients: Clients, keys: string[], hang: () => void, lead: () => void): Promise<void> {
    const { locks, cache, feed } = clients.works;
    await clients.subscribe();
    for (const work of [locks, cache, feed]) await work(keys);
    hang();
    const end = performance.now() + 1500;
    while (performance.now() < end) {
      if (isUsed) for (const work of [locks, cache]) void work(keys).catch(() => {});
      await Bun.sleep(20);
    }
    lead();
    const times = await untilAllWork(clients, keys);
    for (const [name, ms] of Object.entries(times)) expect([name, ms < boundMs]).toEqual([name, true]);
    expect(clients.gaps()).toBe(1);
  }

  test('a single one', async () => {
    const [old, next] = [await startRedis(), await startRedis()];
    const address = await startForwarder(old.port);
    const clients = clientsOf({ nodes: [address.node] });
    await change(clients, [randomUUID()], old.hang, () => address.leadTo(next.port));
    await clients.close();
    await Promise.all([old.stop(), next.stop(), address.stop()]);
  });

  test('a single one by TLS', async () => {
    const made = await makeCertificates();
    const [old, next] = [await startTlsRedis(made), await startTlsRedis(made)];
    const address = await startForwarder(old.tlsPort);
    const clients = clientsOf(tlsConfig(made, address.node));
    await change(clients, [randomUUID()], old.hang, () => address.leadTo(next.tlsPort));
    await clients.close();
    await Promise.all([old.stop(), next.stop(), address.stop(), made.remove()]);
  });

  test('a cluster', async () => {
    const addresses = await Promise.all([1, 2, 3].map(() => startForwarder(1)));
    const announced = addresses.map(({ port }) => ['--cluster-announce-port', String(port)]);
    const [old, next] = [await startCluster(announced), await startCluster(announced)];
    const leadTo = ({ nodes }: OwnCluster) =>
      addresses.forEach((address: Forwarder, i) => void address.leadTo(nodes[i]!.port));
    leadTo(old);
    const clients = clientsOf({ nodes: addresses.map(({ node }) => node) });
    const hang = () => old.nodes.forEach((node: OwnRedis) => void node.hang());
    await change(clients, await keysOnEach(old), hang, () => leadTo(next));
    await clients.close();
    await Promise.all([old.stop(), next.stop(), ...addresses.map((address) => address.stop())]);
  });
});

/** A uuid that lies on each node, as a key of its own and in braces. */
async function keysOnEach(cluster: OwnCluster): Promise<string[]> {
  const keys: string[] = [];
  for (const place of cluster.nodes.keys()) {
    for (;;) {
      const key = randomUUID();
      if ((await cluster.placeOf(key)) !== place) continue;
      keys.push(key);
      break;
    }
  }
  return keys;
}
