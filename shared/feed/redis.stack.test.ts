import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { sleep } from '../clock.ts';
import { silentLog } from '../log.ts';
import { openRedis } from '../redis/client.ts';
import { eventually } from '../testing/eventually.ts';
import { startCluster } from '../testing/redis-cluster.ts';
import { type OwnRedis, startRedis } from '../testing/redis-server.ts';
import { redisSeatFeed } from './redis.ts';
import { seatFeedConformance } from './seat-feed.conformance.ts';

seatFeedConformance('Redis', async () => {
  const server = await startRedis();
  return harness([server], () => server.stop());
});

seatFeedConformance('a Redis cluster of three', async () => {
  const cluster = await startCluster();
  return harness(cluster.nodes, () => cluster.stop());
});

describe('a Redis that does not answer', () => {
  let server: OwnRedis;
  const open = () => openRedis({ nodes: [server.node], password: '', database: 0 });
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  test('hung for a while: it is found out, and told as a gap', async () => {
    const redis = open();
    const feed = redisSeatFeed(redis, silentLog, { checkMs: 20 });
    let gaps = 0;
    await feed.subscribe({ onChange: () => {}, onGap: () => gaps++ });
    await eventually(async () => {
      server.hang();
      await sleep(1000);
      server.wake();
      await sleep(200);
      return gaps > 0;
    });
    await feed.close();
    await redis.close();
  });

  test('away at first: the subscriber waits for it, and who publishes does not', async () => {
    server.hang();
    const redis = open();
    const feed = redisSeatFeed(redis, silentLog);
    const heard: string[] = [];
    const event = randomUUID();
    const subscribing = feed.subscribe({ onChange: (uuid) => heard.push(uuid), onGap: () => {} });
    feed.publish(randomUUID());
    await expect(redis.ping()).rejects.toThrow();
    server.wake();
    await subscribing;
    await eventually(() => redis.ping().then(() => true));
    feed.publish(event);
    await eventually(() => heard.includes(event));
    await feed.close();
    await redis.close();
  });
});

async function harness(nodes: OwnRedis[], stop: () => Promise<unknown>) {
  const config = { nodes: nodes.map(({ node }) => node), password: '', database: 0 };
  const [redis, other] = [openRedis(config), openRedis(config)];
  const [feed, otherProcess] = [redisSeatFeed(redis, silentLog), redisSeatFeed(other, silentLog)];
  return {
    feed,
    otherProcess,
    disconnect: async () => {
      for (const node of nodes) await node.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    },
    close: async () => {
      await Promise.all([feed.close(), otherProcess.close()]);
      await Promise.all([redis.close(), other.close()]);
      await stop();
    },
  };
}
