import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../shared/async/clock.ts';
import { newApiKey } from '../../shared/auth/api-keys.ts';
import { jwtIdentities } from '../../shared/auth/jwt.ts';
import { memoryCache } from '../../shared/cache/memory.ts';
import { serverConfig, serverVariables } from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import { createMetrics } from '../../shared/http/metrics.ts';
import { silentLog } from '../../shared/process/log.ts';
import { secretToken, testSecret } from '../../shared/testing/tokens.ts';
import { memoryIndex } from './adapters/memory/memory-index.ts';
import { createSearchApp } from './app.ts';
import { someEvent } from './testing.ts';

async function start(checksTokens: boolean) {
  const index = memoryIndex();
  await index.replaceAll(
    (async function* () {
      yield [someEvent({ id: 1, name: 'Gala' })];
    })(),
    1n,
  );
  const app = createSearchApp({
    log: silentLog,
    metrics: createMetrics('search'),
    server: serverConfig(readConfig(serverVariables, {})),
    dependencies: {},
    closing: new AbortController().signal,
    role: 'all',
    identities: checksTokens ? jwtIdentities({ keys: { secret: testSecret } }, silentLog) : undefined,
    index,
    cache: memoryCache({ maxBytes: 1e6, clock: systemClock }),
    clock: systemClock,
  });
  return async (query: string, token?: string) => {
    const headers = token === undefined ? undefined : { Authorization: `Bearer ${token}` };
    const response = await app.request(`/api/v1/search/events?q=gala${query}`, headers && { headers });
    const body = (await response.json()) as { events?: { explanation?: string[] }[]; error?: string; message?: string };
    return { status: response.status, challenge: response.headers.get('WWW-Authenticate'), ...body };
  };
}

const sub = randomUUID();

test('where tokens are checked a search is explained to organisers and administrators alone', async () => {
  const find = await start(true);
  for (const claims of [{ organiser: randomUUID() }, { scope: 'organiser' }, { scope: 'admin' }]) {
    const { status, events } = await find('&explain=true', await secretToken({ sub, ...claims }));
    expect([status, events![0]!.explanation!.length > 0]).toEqual([200, true]);
  }
  const nobody = await find('&explain=true');
  expect([nobody.status, nobody.error, nobody.challenge]).toEqual([401, 'unauthorized', 'Bearer realm="onsale"']);
  const wrong = await find('&explain=true', 'x');
  expect([wrong.status, wrong.challenge]).toEqual([401, 'Bearer realm="onsale", error="invalid_token"']);
  const buyer = await find('&explain=true', await secretToken({ sub }));
  expect([buyer.status, buyer.error]).toEqual([403, 'forbidden']);
  const key = await find('&explain=true', newApiKey().key);
  expect([key.status, key.message]).toEqual([401, expect.stringContaining('Search checks no API keys')]);
});

test('a search that is not explained looks at no token', async () => {
  const find = await start(true);
  for (const token of [undefined, 'x', newApiKey().key]) {
    const { status, events } = await find('', token);
    expect([status, events![0]!.explanation]).toEqual([200, undefined]);
  }
});

test('where no tokens are checked a search is explained to everybody', async () => {
  const find = await start(false);
  expect((await find('&explain=true')).events![0]!.explanation).not.toBeEmpty();
});
