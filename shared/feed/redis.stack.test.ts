import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { sleep } from '../async/clock.ts';
import { reasonOf } from '../errors.ts';
import { createLog, silentLog } from '../process/log.ts';
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

describe('a Redis that does not respond', () => {
  let server: OwnRedis;
  const open = () => openRedis({ nodes: [server.node], password: '', database: 0 });
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  test('hung for a while: it is detected, and reported as a gap', async () => {
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

  test('away at first: the subscriber waits for it, and the publisher does not', async () => {
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

test('a cluster behind one address: when its node is lost, the feed goes on at another', async () => {
  const cluster = await startCluster();
  const [first, ...others] = cluster.nodes as [OwnRedis, OwnRedis, OwnRedis];
  const redis = openRedis({ nodes: [first.node], cluster: true, password: '', database: 0 });
  const feed = redisSeatFeed(redis, silentLog, { checkMs: 20 });
  let [heard, gaps] = [0, 0];
  await feed.subscribe({ onChange: () => heard++, onGap: () => gaps++ });
  await eventually(() => redis.ping().then(() => true));
  await first.stop();
  await eventually(() => gaps > 0);
  for (const { command } of others) await command('PUBLISH', 'onsale_seats', randomUUID());
  await eventually(() => heard >= 2);
  await feed.close();
  await redis.close();
  await cluster.stop();
});

describe('a Redis that refuses the feed', () => {
  /** A feed on such a server, the sentence of its check, and its log. */
  async function refused(options: string[], work: (on: Refused) => Promise<void>) {
    const server = await startRedis(...options);
    const redis = openRedis({ nodes: [server.node], password: '', database: 0 });
    const lines: string[] = [];
    const output = new Writable({
      write(chunk, _encoding, done) {
        lines.push(JSON.parse(String(chunk)).msg);
        done();
      },
    });
    const feed = redisSeatFeed(redis, createLog('test', 'info', output));
    const reason = () => feed.check().then(() => 'none', reasonOf);
    await work({ server, feed, lines, reason });
    await feed.close();
    await redis.close();
    await server.stop();
  }
  type Refused = {
    server: OwnRedis;
    feed: ReturnType<typeof redisSeatFeed>;
    lines: string[];
    reason(): Promise<string | undefined>;
  };
  const connections = async ({ command }: OwnRedis) =>
    Number(/total_connections_received:(\d+)/.exec(String(await command('INFO', 'stats')))![1]);

  test('channels: the check says so, and the log once per refusal', async () => {
    await refused([], async ({ server, feed, lines, reason }) => {
      const heard: string[] = [];
      await feed.subscribe({ onChange: (uuid) => heard.push(uuid), onGap: () => {} });
      expect(await reason()).toBe('none');
      for (const outage of [1, 2]) {
        await server.command('ACL', 'SETUSER', 'default', 'resetchannels');
        const before = await connections(server);
        for (let i = 0; i < 5; i++) {
          feed.publish(randomUUID());
          await sleep(30);
        }
        await eventually(async () => (await connections(server)) > before + 30);
        expect(await reason()).toContain('grant all commands, keys and channels');
        const each = (line: string) => lines.filter((one) => one === line).length;
        expect(each('the seat feed is out of reach')).toBe(outage);
        expect(each('live views were not told of a change')).toBe(outage);
        await server.command('ACL', 'SETUSER', 'default', 'allchannels');
        await eventually(async () => (await reason()) === 'none');
        feed.publish(randomUUID());
        await eventually(() => heard.length === outage);
      }
      expect(heard).not.toContain('');
    });
  });

  test('one command: the check names it', async () => {
    for (const command of ['PUBLISH', 'SUBSCRIBE']) {
      await refused(['--rename-command', command, '""'], async ({ feed, reason }) => {
        void feed.subscribe({ onChange: () => {}, onGap: () => {} });
        await eventually(async () => (await reason())?.startsWith(`Redis knows no command ${command}: `) ?? false);
      });
    }
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
