import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type Certificates, makeCertificates } from '../../tests/rig/certificates.ts';
import { refusal } from '../testing/refusal.ts';
import { describeConfig, readConfig } from './environment.ts';
import { redisConfig, redisVariables } from './redis.ts';

let made: Certificates;
beforeAll(async () => {
  made = await makeCertificates();
});
afterAll(() => made.remove());

type Given = Record<string, string>;

const redis = (env: Given) => redisConfig(readConfig(redisVariables, env));

describe('the configuration of Redis', () => {
  test('has the user, from the address or beside it', () => {
    const login = { username: 'seller', password: 'hush' };
    expect(redis({ REDIS_ADDR: 'a:1', REDIS_USERNAME: 'seller', REDIS_PASSWORD: 'hush' })).toMatchObject(login);
    expect(redis({ REDIS_ADDR: 'redis://seller@a:1', REDIS_PASSWORD: 'hush' })).toMatchObject(login);
  });

  test('has TLS by the address, or by REDIS_TLS, with its files', () => {
    expect(redis({ REDIS_ADDR: 'a:1' })?.tls).toBeUndefined();
    expect(redis({ REDIS_ADDR: 'redis://a:1', REDIS_TLS: 'false' })?.tls).toBeUndefined();
    expect(redis({ REDIS_ADDR: 'a:1', REDIS_TLS: 'true' })?.tls).toBeDefined();
    const files = { REDIS_TLS_CA: made.ca, REDIS_TLS_CERT: made.client.cert, REDIS_TLS_KEY: made.client.key };
    expect(redis({ REDIS_ADDR: 'rediss://a:1', ...files, REDIS_TLS_SERVERNAME: 'b' })?.tls).toMatchObject({
      ca: { path: made.ca },
      cert: { path: made.client.cert },
      key: { path: made.client.key },
      serverName: 'b',
    });
  });

  test('has a cluster behind one address', () => {
    expect(redis({ REDIS_ADDR: 'a:1', REDIS_CLUSTER: 'true' })?.cluster).toBe(true);
    expect(redis({ REDIS_ADDR: 'a:1' })?.cluster).toBeUndefined();
  });

  test('has Sentinel in the place of an address', () => {
    expect(redis({ REDIS_SENTINELS: 'a, b:2', REDIS_PASSWORD: 'hush', REDIS_DB: '3' })).toEqual({
      nodes: [],
      password: 'hush',
      database: 3,
      sentinel: { nodes: ['a:26379', 'b:2'], master: 'mymaster', password: '' },
    });
    const login = { REDIS_SENTINEL_MASTER: 'm', REDIS_SENTINEL_USERNAME: 'u', REDIS_SENTINEL_PASSWORD: 'hush' };
    expect(redis({ REDIS_SENTINELS: 'a:1', REDIS_TLS: 'true', ...login })).toMatchObject({
      tls: {},
      sentinel: { master: 'm', username: 'u', password: 'hush' },
    });
  });

  test.each([
    ['a user without a password', { REDIS_ADDR: 'redis://hush@a:1' }, 'a user needs a password'],
    ['another user', { REDIS_ADDR: 'redis://a:x@b:1', REDIS_USERNAME: 'c' }, 'each names another user'],
    ['two contradictions about TLS', { REDIS_ADDR: 'rediss://a:1', REDIS_TLS: 'false' }, 'REDIS_ADDR, REDIS_TLS'],
    ['TLS for redis://', { REDIS_ADDR: 'redis://a:1', REDIS_TLS: 'true' }, 'REDIS_ADDR, REDIS_TLS'],
    ['a name without TLS', { REDIS_ADDR: 'a:1', REDIS_TLS_SERVERNAME: 'a' }, 'REDIS_TLS_SERVERNAME: is for TLS'],
    ['two places', { REDIS_ADDR: 'a:1', REDIS_SENTINELS: 'b:2' }, 'REDIS_ADDR, REDIS_SENTINELS: set one of them'],
    ['a cluster with Sentinel', { REDIS_CLUSTER: 'true', REDIS_SENTINELS: 'b:2' }, 'a cluster has no Sentinel'],
    ['a database of a cluster', { REDIS_ADDR: 'redis://a:1/3', REDIS_CLUSTER: 'true' }, 'only database 0'],
    [
      'Sentinel’s user alone',
      { REDIS_SENTINELS: 'a', REDIS_SENTINEL_USERNAME: 'u' },
      'REDIS_SENTINEL_PASSWORD: a user',
    ],
  ] as [string, Given, string][])('with %s is refused', (_, env, why) => {
    expect(() => redis(env)).toThrow(why);
  });

  test('with files that are no pair, or without TLS, is refused', () => {
    const [tls, cert] = [{ REDIS_ADDR: 'rediss://a:1' }, { REDIS_TLS_CERT: made.client.cert }];
    expect(() => redis({ ...tls, ...cert })).toThrow('REDIS_TLS_CERT, REDIS_TLS_KEY: set both, or neither');
    expect(() => redis({ ...tls, ...cert, REDIS_TLS_KEY: made.server.key })).toThrow('REDIS_TLS_KEY=');
    expect(() => redis({ REDIS_ADDR: 'a:1', REDIS_TLS_CA: made.ca })).toThrow('REDIS_TLS_CA: is for TLS');
  });

  test.each([
    ['redis://a:1', 'must not begin with redis://'],
    ['a:1/hush', 'must end with its port'],
    ['a:0', 'a port from 1 to 65535'],
  ])('with %s for a Sentinel is refused', (text, why) => {
    expect(refusal(redisVariables, 'REDIS_SENTINELS', text)).toContain(why);
  });

  test('is shown without its passwords', () => {
    const env = { REDIS_URL: 'rediss://seller:hush@a:1', REDIS_PASSWORD: 'hush', REDIS_SENTINEL_PASSWORD: 'hush' };
    const lines = describeConfig(redisVariables, env);
    expect(lines[0]).toBe('REDIS_ADDR=rediss://***@a:1  # REDIS_URL');
    expect(lines.join()).not.toContain('hush');
  });
});
