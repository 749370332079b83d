import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { type Certificates, makeCertificates } from '../../tests/rig/certificates.ts';
import { startSentinel, startSentinelOf, tlsConfig } from '../../tests/rig/redis-tls.ts';
import { redisSeatFeed } from '../feed/redis.ts';
import { freePort } from '../process/free-port.ts';
import { silentLog } from '../process/log.ts';
import { eventually } from '../testing/eventually.ts';
import { openRedis } from './client.ts';

setDefaultTimeout(60_000);

let made: Certificates;
beforeAll(async () => {
  made = await makeCertificates();
});
afterAll(() => made.remove());

/** From the moment that Sentinel names another primary. */
const boundMs = 3000;

test('a primary that hangs: Sentinel is asked again, a Sentinel that is away is passed over, and the feed goes on', async () => {
  const sentinel = await startSentinel(made);
  const nodes = [`localhost:${await freePort()}`, sentinel.node];
  const by = { nodes, master: 'seats', password: sentinel.password };
  const redis = openRedis({ ...tlsConfig(made), sentinel: by, password: '', database: 0 });
  const feed = redisSeatFeed(redis, silentLog);
  let [heard, gaps] = [0, 0];
  await feed.subscribe({ onChange: () => heard++, onGap: () => gaps++ });
  await eventually(() => redis.run(() => redis.client.set('it', 'is here')));

  sentinel.primary.hang();
  await eventually(async () => {
    const at = (await sentinel.ask('GET-MASTER-ADDR-BY-NAME', 'seats')) as string[];
    expect(at).toEqual(['127.0.0.1', String(sentinel.replica.tlsPort)]);
  }, 30_000);
  const named = performance.now();
  await eventually(() => redis.run(() => redis.client.set('it', 'is there')));
  await eventually(() => {
    feed.publish(randomUUID());
    return heard > 0 && gaps > 0;
  });
  expect(performance.now() - named).toBeLessThan(boundMs);
  expect(await sentinel.replica.command('GET', 'it')).toBe('is there');

  // The old one takes itself for a primary until Sentinel tells it otherwise.
  sentinel.primary.wake();
  await redis.run(() => redis.client.set('it', 'is still there'));
  expect(await sentinel.replica.command('GET', 'it')).toBe('is still there');
  await feed.close();
  await redis.close();
  await sentinel.stop();
});

test('a Sentinel that takes a replica for the primary: the next one is asked', async () => {
  const sentinel = await startSentinel(made);
  const wrong = await startSentinelOf(made, sentinel.replica.tlsPort, 60_000);
  const by = { nodes: [wrong.node, sentinel.node], master: 'seats', password: sentinel.password };
  const redis = openRedis({ ...tlsConfig(made), sentinel: by, password: '', database: 0 });
  await eventually(() => redis.run(() => redis.client.set('it', 'is here')));
  expect(await sentinel.primary.command('GET', 'it')).toBe('is here');
  await redis.close();
  await Promise.all([wrong.stop(), sentinel.stop()]);
});
