import { expect, test } from 'bun:test';
import { serverConfig, serverVariables } from '../config/config.ts';
import { readConfig } from '../config/environment.ts';
import { silentLog } from '../process/log.ts';
import { noneMatches, replyTagged } from './etag.ts';
import { createMetrics } from './metrics.ts';
import { createShell } from './shell.ts';

test.each([
  [undefined, true],
  ['*', false],
  [' * ', false],
  ['"a"', false],
  ['W/"a"', false],
  ['"b", W/"c" ,"a"', false],
  ['"b","a"', false],
  ['', true],
  ['a', true],
  ['"b"', true],
  ['"A"', true],
  ['"a.zstd"', true],
  ['"b, "a', true],
  ['"*"', true],
])('If-None-Match %p asks for the body: %p', (header, asks) => {
  expect(noneMatches(header, '"a"')).toBe(asks);
});

function appWith(env: Record<string, string>) {
  const made = { bodies: 0 };
  const app = createShell(
    { title: 'Test', description: '', tags: [] },
    {
      log: silentLog,
      metrics: createMetrics('test'),
      server: serverConfig(readConfig(serverVariables, env)),
      dependencies: {},
      closing: new AbortController().signal,
    },
    (shell) => {
      shell.get('/thing', (c) =>
        replyTagged(c, 'v1', () => {
          made.bodies++;
          return JSON.stringify({ text: 'long '.repeat(1000) });
        }),
      );
    },
  );
  const get = (headers: Record<string, string>, method = 'GET') => app.request('/thing', { method, headers });
  return { get, made };
}

test('a client that has the bytes gets a 304 with the headers that caches need, and no body is made', async () => {
  const { get, made } = appWith({});
  const full = await get({});
  expect([full.status, full.headers.get('etag'), full.headers.get('cache-control')]).toEqual([200, '"v1"', 'no-cache']);
  for (const method of ['GET', 'HEAD']) {
    const { status, headers, body } = await get({ 'If-None-Match': '"v0", "v1"' }, method);
    expect([status, body, headers.get('etag'), headers.get('cache-control')]).toEqual([304, null, '"v1"', 'no-cache']);
    expect([headers.get('content-type'), headers.get('content-length')]).toEqual([null, null]);
  }
  expect(made.bodies).toBe(1);
  expect((await get({ 'If-None-Match': '"v0"' })).status).toBe(200);
});

test('each coding has an ETag of its own, and caches are told that it varies', async () => {
  const { get } = appWith({ SERVER_COMPRESS: 'true' });
  const tags = await Promise.all(
    ['identity', 'gzip', 'br', 'zstd'].map(async (accept) => {
      const { headers } = await get({ 'Accept-Encoding': accept });
      const etag = headers.get('etag')!;
      const kept = await get({ 'Accept-Encoding': accept, 'If-None-Match': etag });
      const vary = [headers, kept.headers].map((of) => of.get('vary'));
      expect([kept.status, ...vary]).toEqual([304, 'Accept-Encoding', 'Accept-Encoding']);
      return [headers.get('content-encoding'), etag];
    }),
  );
  expect(tags as unknown[]).toEqual([
    [null, '"v1"'],
    ['gzip', '"v1.gzip"'],
    ['br', '"v1.br"'],
    ['zstd', '"v1.zstd"'],
  ]);
  expect((await get({ 'Accept-Encoding': 'gzip', 'If-None-Match': '"v1.zstd"' })).status).toBe(200);
});

test('HEAD has the length and the ETag of GET, in each coding', async () => {
  const { get } = appWith({ SERVER_COMPRESS: 'true' });
  for (const accept of ['identity', 'gzip', 'br', 'zstd']) {
    const [full, head] = [await get({ 'Accept-Encoding': accept }), await get({ 'Accept-Encoding': accept }, 'HEAD')];
    const { byteLength } = await full.arrayBuffer();
    expect([head.headers.get('content-length'), head.headers.get('etag')]).toEqual([
      String(byteLength),
      full.headers.get('etag'),
    ]);
  }
});
