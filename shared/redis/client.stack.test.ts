import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { once } from 'node:events';
import { type Certificates, makeCertificates } from '../../tests/rig/certificates.ts';
import { startTlsRedis, tlsConfig } from '../../tests/rig/redis-tls.ts';
import type { RedisConfig } from '../config/config.ts';
import { isAppError, reasonOf } from '../errors.ts';
import { eventually } from '../testing/eventually.ts';
import { type OwnRedis, startRedis } from '../testing/redis-server.ts';
import { openRedis, type RedisServer } from './client.ts';

setDefaultTimeout(30_000);

let made: Certificates;
beforeAll(async () => {
  made = await makeCertificates();
});
afterAll(() => made.remove());

const ways = {
  'in plain': async () => {
    const server = await startRedis();
    return { server, at: { nodes: [server.node] } };
  },
  'by TLS': async () => {
    const server = await startTlsRedis(made);
    return { server, at: tlsConfig(made, `localhost:${server.tlsPort}`) };
  },
};

describe.each(Object.entries(ways))('a Redis in trouble, %s', (_, start) => {
  let server: OwnRedis;
  let redis: RedisServer;
  let at: Pick<RedisConfig, 'nodes' | 'tls'>;
  const open = (password = '') => openRedis({ ...at, password, database: 0 });
  beforeAll(async () => {
    ({ server, at } = await start());
    redis = open();
  });
  afterAll(async () => {
    await redis.close();
    await server.stop();
  });

  const add = () => redis.run(() => redis.client.incr('n'));
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );
  const isAway = async () => isAppError(await failure(add()), 'unavailable');

  test('works at once, before the first connection is there', async () => {
    const fresh = open();
    expect(await fresh.run(() => fresh.client.incr('n'))).toBeGreaterThan(0);
    await fresh.close();
  });

  test('an error reply to a bug of ours is not taken for an outage', async () => {
    const error = await failure(redis.run(() => redis.client.hset('n', 'not', 'a hash')));
    expect(String(error)).toContain('WRONGTYPE');
  });

  test('a bug of ours is not taken for an outage', async () => {
    const error = await failure(redis.run(async () => (undefined as unknown as { no: string }).no));
    expect(error).toBeInstanceOf(TypeError);
  });

  test('a wrong password: unavailable, and the log says why', async () => {
    await server.command('CONFIG', 'SET', 'requirepass', 'right');
    const wrong = open('wrong');
    const right = open('right');
    try {
      const refused = (await failure(wrong.ping())) as Error;
      expect(isAppError(refused, 'unavailable')).toBe(true);
      expect(String((refused.cause as Error).cause)).toContain('WRONGPASS');
      await right.ping();
    } finally {
      await right.run(() => right.client.call('CONFIG', 'SET', 'requirepass', ''));
      await Promise.all([wrong.close(), right.close()]);
    }
  });

  test('hung: every call is refused, also many at once; when it is back it works by itself', async () => {
    await add();
    server.hang();
    try {
      const many = await Promise.all(Array.from({ length: 200 }, isAway));
      expect(many).toEqual(many.map(() => true));
      expect(await isAway()).toBe(true);
    } finally {
      server.wake();
    }
    await eventually(add);
  });

  test('restarted between two calls: the next one waits for it', async () => {
    await add();
    const restarted = server.restartEmpty();
    await restarted;
    expect(await add()).toBe(1);
  });

  test('a replica for a moment, as in a failover: the call waits until it may be written', async () => {
    await server.command('REPLICAOF', '127.0.0.1', '1');
    const adding = add();
    await Bun.sleep(150);
    await server.command('REPLICAOF', 'NO', 'ONE');
    expect(await adding).toBeGreaterThan(0);
  });

  test('a replica for long: unavailable', async () => {
    await server.command('REPLICAOF', '127.0.0.1', '1');
    try {
      expect(await isAway()).toBe(true);
    } finally {
      await server.command('REPLICAOF', 'NO', 'ONE');
    }
    await eventually(add);
  });

  test('a replica: a call whose connections another one’s refusal ends has the reason, too', async () => {
    await server.command('REPLICAOF', '127.0.0.1', '1');
    await eventually(() => redis.client.get('a'));
    const cut = redis.run(async () => {
      await once(redis.client, 'close');
      await redis.client.get('a');
    });
    const writing = redis.run(() => redis.client.set('a', 'b'));
    for (const refused of await Promise.all([writing, cut].map((call) => call.catch((error) => error)))) {
      expect(reasonOf(refused)).toContain('leads to a replica of Redis');
    }
    await server.command('REPLICAOF', 'NO', 'ONE');
    await eventually(() => redis.run(() => redis.client.set('a', 'b')));
  });

  test('full: unavailable, not an error of ours', async () => {
    await server.command('CONFIG', 'SET', 'maxmemory', '1');
    const refused = await failure(redis.run(() => redis.client.set('big', 'x')));
    await server.command('CONFIG', 'SET', 'maxmemory', '0');
    expect(isAppError(refused, 'unavailable')).toBe(true);
  });

  test('many commands in one turn, one of them long: each has its own response', async () => {
    const long = 'ä'.repeat(3_000_000);
    const works = Array.from({ length: 500 }, (_, i) => redis.client.echo(`${i}`));
    const kept = redis.client.set('long', Buffer.from(long));
    const more = Array.from({ length: 500 }, (_, i) => redis.client.echo(`${500 + i}`));
    expect(await Promise.all([...works, ...more])).toEqual(Array.from({ length: 1000 }, (_, i) => `${i}`));
    expect(await kept).toBe('OK');
    expect((await redis.client.get('long')) === long).toBe(true);
  });

  test('every connection cut: the next calls are served', async () => {
    await server.command('CLIENT', 'KILL', 'TYPE', 'normal');
    await eventually(add);
  });
});

test('a Redis that is not there is unavailable', async () => {
  const redis = openRedis({ nodes: ['127.0.0.1:1'], password: '', database: 0 });
  const refused = await redis.ping().catch((error) => error);
  expect(isAppError(refused, 'unavailable')).toBe(true);
  await redis.close();
});
