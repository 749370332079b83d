import { describe, expect, test } from 'bun:test';
import type { RateLimit, WriteLimits } from '../admission/rate-limit.ts';
import { opener } from '../admission/write-limits.ts';
import { serverConfig, serverVariables } from '../config/config.ts';
import { readConfig } from '../config/environment.ts';
import { silentLog } from '../process/log.ts';
import { createMetrics } from './metrics.ts';
import { limitUsers } from './rate-limits.ts';
import { reply } from './reply.ts';
import { createMetricsApp, createShell } from './shell.ts';

const about = { title: 'Test', description: '', tags: [] };
const depsOf = (env: Record<string, string>, writeLimits?: WriteLimits) => ({
  log: silentLog,
  metrics: createMetrics('test'),
  server: serverConfig(readConfig(serverVariables, env)),
  dependencies: {},
  closing: new AbortController().signal,
  writeLimits,
});

function shellWith(env: Record<string, string>, writeLimits?: WriteLimits) {
  const deps = depsOf(env, writeLimits);
  const app = createShell(about, deps, (shell) => {
    shell.use('/mine/*', (c, next) => {
      c.set('caller', { is: 'user', userUuid: c.req.header('X-User') ?? '' });
      return next();
    });
    limitUsers(shell, '/mine/*', deps);
    shell.all('/mine/thing', (c) => reply(c, { ok: true }) as Response);
    shell.post('/webhooks/one', (c) => reply(c, { ok: true }) as Response);
    shell.get('/never', () => new Promise(() => {}));
  });
  return app;
}

/** A limit that keeps what was taken. */
function countingLimit(quota: number, failing = false): RateLimit & { keys: string[] } {
  const keys: string[] = [];
  return {
    keys,
    async take(key) {
      if (failing) throw new Error('away');
      keys.push(key);
      const used = keys.filter((one) => one === key).length;
      return { isOver: used > quota, remaining: Math.max(0, quota - used), resetsInMs: 41_001 };
    },
  };
}

describe('origins', () => {
  const origin = { Origin: 'https://shop.example' };

  test('without CORS_ORIGINS no response has a word on them', async () => {
    const app = shellWith({});
    const { headers, status } = await app.request('/mine/thing', { headers: origin });
    expect([status, headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([
      200,
      null,
      'Accept-Encoding',
    ]);
    const asked = await app.request('/mine/thing', {
      method: 'OPTIONS',
      headers: { ...origin, 'Access-Control-Request-Method': 'POST' },
    });
    expect(asked.headers.get('access-control-allow-methods')).toBeNull();
  });

  test('with * every origin is allowed, and the response is the same for all', async () => {
    const app = shellWith({ CORS_ORIGINS: '*' });
    const { headers } = await app.request('/mine/thing', { headers: origin });
    expect([headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual(['*', 'Accept-Encoding']);
  });

  test('a request that takes too long can be read by the page that sent it', async () => {
    const app = shellWith({ CORS_ORIGINS: origin.Origin, SERVER_CTX_TIMEOUT: '20ms' });
    const { status, headers } = await app.request('/never', { headers: origin });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([503, origin.Origin]);
  });

  test('a response that varies by itself varies by both', async () => {
    const app = shellWith({ CORS_ORIGINS: origin.Origin });
    const { headers } = await app.request('/', { headers: origin });
    expect(headers.get('vary')?.split(', ').sort()).toEqual(['Accept', 'Accept-Encoding', 'Origin']);
  });

  test('no page may read the metrics at an address of their own', async () => {
    const app = createMetricsApp(depsOf({ CORS_ORIGINS: '*' }));
    expect((await app.request('/metrics', { headers: origin })).headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('headers for security', () => {
  test('nothing is kept by a cache unless its route says so', async () => {
    const app = shellWith({});
    const kept = async (path: string) => (await app.request(path)).headers.get('cache-control');
    for (const path of ['/mine/thing', '/nothing', '/readyz', '/']) expect(await kept(path)).toBe('no-store');
    expect(await kept('/docs')).toBe('public, max-age=3600');
  });

  test('the page of the documents may load what it needs from its service, and nothing else', async () => {
    const app = shellWith({});
    const policy = async (path: string) => (await app.request(path)).headers.get('content-security-policy');
    expect(await policy('/docs')).toContain("script-src 'self'");
    for (const part of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"]) {
      expect(await policy('/docs')).toContain(part);
    }
    expect(await policy('/mine/thing')).toBe("default-src 'none'; frame-ancestors 'none'");
  });
});

describe('limits on writes', () => {
  const connection = (address: string) => ({ requestIP: () => ({ address }) });
  const open = opener({ log: silentLog, metrics: createMetrics('test') });
  const policy = { name: 'writes', quota: 1, windowS: 60 };

  test('a write of an address counts, whatever it is; a read and a webhook do not', async () => {
    const limit = countingLimit(100);
    const app = shellWith({}, { perAddress: open(policy, limit) });
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'GET', 'HEAD', 'OPTIONS']) {
      await app.request('/mine/thing', { method }, connection('192.0.2.1'));
    }
    await app.request('/webhooks/one', { method: 'POST' }, connection('192.0.2.1'));
    await app.request('/nothing', { method: 'POST' }, connection('2001:db8::7'));
    expect(limit.keys).toEqual([...Array<string>(4).fill('192.0.2.1'), '2001:db8:0:0::/64']);
  });

  test('a refusal says when to come again', async () => {
    const app = shellWith({}, { perUser: open({ ...policy, name: 'more' }, countingLimit(1)) });
    const write = () => app.request('/mine/thing', { method: 'POST', headers: { 'X-User': 'ann' } });
    const passed = await write();
    expect([passed.status, passed.headers.get('ratelimit'), passed.headers.get('ratelimit-policy')]).toEqual([
      200,
      '"more";r=0;t=42',
      '"more";q=1;w=60',
    ]);
    const refused = await write();
    expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toEqual([
      429,
      '42',
      { error: 'too_many_requests', message: expect.any(String) },
    ]);
    expect((await app.request('/mine/thing', { method: 'POST', headers: { 'X-User': 'bob' } })).status).toBe(200);
  });

  test('a limit that can’t count stops nothing', async () => {
    const app = shellWith({}, { perAddress: open({ ...policy, name: 'away' }, countingLimit(1, true)) });
    const { status, headers } = await app.request('/mine/thing', { method: 'POST' }, connection('192.0.2.1'));
    expect([status, headers.get('ratelimit')]).toEqual([200, null]);
  });
});
