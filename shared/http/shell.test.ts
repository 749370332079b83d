import { describe, expect, jest, spyOn, test } from 'bun:test';
import { Writable } from 'node:stream';
import { serverConfig, serverVariables } from '../config/config.ts';
import { readConfig } from '../config/environment.ts';
import { AppError, Unfit, unavailable } from '../errors.ts';
import { createLog } from '../process/log.ts';
import { testTracing } from '../tracing/testing.ts';
import type { Tracing } from '../tracing/tracing.ts';
import type { Dependencies } from './health.ts';
import { createMetrics } from './metrics.ts';
import { createShell } from './shell.ts';

function makeShell(env: Record<string, string> = {}, dependencies: Dependencies = {}, tracing?: Tracing) {
  const lines: Record<string, unknown>[] = [];
  const output = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  const closing = new AbortController();
  const app = createShell(
    { title: 'Test', description: '', tags: [] },
    {
      log: createLog('test', 'info', output),
      metrics: createMetrics('test'),
      server: serverConfig(readConfig(serverVariables, env)),
      dependencies,
      closing: closing.signal,
      tracing,
    },
    (shell) => {
      shell.get('/fine/:id', (c) => c.json({ ok: true }));
      shell.get('/broken', () => {
        throw new Error('the password is hunter2');
      });
      shell.get('/away', () => {
        throw unavailable('Redis', new Error('connect ECONNREFUSED 10.0.0.1'));
      });
      shell.get('/unfit', () => {
        throw new Unfit('PostgreSQL 17 is needed; this is 15.4');
      });
      shell.get('/refused', () => {
        throw new AppError(
          { code: 'ticket_not_available', kind: 'conflict' },
          'Ticket is not available for reservation',
        );
      });
      shell.get('/never', () => new Promise(() => {}));
    },
  );
  return { app, lines, closing };
}

describe('the shell around every service', () => {
  test('a traced request has its trace in the log and in the body of an error', async () => {
    const { tracing, spans } = testTracing({ OTEL_TRACES_SAMPLER: 'parentbased_always_off' });
    const { app, lines } = makeShell({}, {}, tracing);
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, 'X-Request-Id': 'abc' };
    for (const path of ['/fine/7', '/refused', '/away', '/nowhere', '/livez']) {
      const body = (await (await app.request(path, { headers })).json()) as Record<string, unknown>;
      expect(body.trace_id).toBe(/fine|livez/.test(path) ? undefined : traceId);
    }
    expect(await (await app.request('/refused')).json()).not.toHaveProperty('trace_id');
    // Each trace has a clock of its own, so their order is the paths'.
    const found = await spans(4);
    const roots = ['/fine/7', '/refused', '/away', '/nowhere'].map(
      (path) => found.find(({ attributes }) => attributes['url.path'] === path)!,
    );
    expect(
      roots.map(({ name, attributes, status }) => [name, attributes['http.response.status_code'], status.code]),
    ).toEqual([
      ['GET /fine/:id', 200, 0],
      ['GET /refused', 409, 0],
      ['GET /away', 503, 2],
      ['GET', 404, 0],
    ]);
    expect(roots[0]?.attributes).toEqual({
      'http.request.method': 'GET',
      'url.path': '/fine/7',
      'url.scheme': 'http',
      'onsale.request_id': 'abc',
      'http.route': '/fine/:id',
      'http.response.status_code': 200,
    });
    const ids = roots.map((root) => ({ trace_id: traceId, span_id: root.spanContext().spanId }));
    expect(lines.slice(0, 4)).toMatchObject(ids);
    for (const line of lines.slice(4)) expect(line).not.toHaveProperty('trace_id');
  });

  test('each request is one log line', async () => {
    const { app, lines } = makeShell();
    await app.request('/fine/7?secret=x', { headers: { 'X-Request-Id': 'abc' } });
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.any(String),
        service: 'test',
        id: 'abc',
        method: 'GET',
        path: '/fine/7',
        route: '/fine/:id',
        status: 200,
        ms: expect.any(Number),
        msg: 'request',
      },
    ]);
  });

  test('the log line and the metrics have the duration of a request, in their units', async () => {
    let nowMs = 5_000;
    const clock = spyOn(performance, 'now').mockImplementation(() => nowMs);
    try {
      const slow = async () => {
        nowMs += 1234.5678;
      };
      const { app, lines } = makeShell({}, { slow });
      await app.request('/readyz');
      expect(lines).toMatchObject([{ path: '/readyz', ms: 1234.57 }]);
      const shown = await (await app.request('/metrics')).text();
      expect(shown).toMatch(/^http_request_duration_seconds_sum\{route="\/readyz".*\} 1\.2345/m);
    } finally {
      clock.mockRestore();
    }
  });

  test('request lines can be switched off; failures are logged all the same', async () => {
    const { app, lines } = makeShell({ LOG_REQUESTS: 'false' });
    await app.request('/fine/7');
    await app.request('/refused');
    expect(lines).toEqual([]);
    await app.request('/broken');
    expect(lines).toMatchObject([{ level: 'error', status: 500, err: { message: 'the password is hunter2' } }]);
  });

  test('the text of an unknown error is in the log alone', async () => {
    const { app, lines } = makeShell();
    const response = await app.request('/broken');
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ error: 'internal', message: 'Internal server error' });
    expect(JSON.stringify(lines)).toContain('hunter2');
  });

  test('an absent server is a 503 with Retry-After, its cause in the log alone', async () => {
    const { app, lines } = makeShell();
    const response = await app.request('/away');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await response.text()).not.toMatch(/Redis|ECONN/);
    expect(JSON.stringify(lines)).toContain('ECONNREFUSED');
  });

  test('a request that takes too long is a 503', async () => {
    const { app } = makeShell({ SERVER_CTX_TIMEOUT: '20ms' });
    const response = await app.request('/never');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
  });

  test('headers beyond the limit are a 431', async () => {
    const { app } = makeShell({ SERVER_MAX_HEADER_BYTES: '1024' });
    expect((await app.request('/fine/7', { headers: { 'X-Much': 'x'.repeat(900) } })).status).toBe(200);
    expect((await app.request('/fine/7', { headers: { 'X-Much': 'x'.repeat(1100) } })).status).toBe(431);
  });

  test('unknown paths are measured together', async () => {
    const { app } = makeShell();
    for (const path of ['/a', '/b', '/c/d']) expect((await app.request(path)).status).toBe(404);
    const text = await (await app.request('/metrics')).text();
    expect(text).toMatch(/duration_seconds_count\{route="none",method="GET",status="404",service="test"\} 3/);
  });

  test('readiness names each dependency, and ends when the process begins to end', async () => {
    let up = false;
    const check = async () => {
      if (!up) throw new Error('down');
    };
    const { app, closing } = makeShell({}, { postgres: check, redis: async () => {} });
    const down = await app.request('/readyz');
    expect([down.status, await down.json()]).toEqual([
      503,
      { status: 'unavailable', dependencies: { postgres: 'unavailable', redis: 'ok' } },
    ]);
    const shown = async () => {
      const text = await (await app.request('/metrics')).text();
      return text.match(/^(dependency_up|service_ready)\{.*$/gm);
    };
    expect(await shown()).toEqual([
      'service_ready{service="test"} 0',
      'dependency_up{dependency="postgres",service="test"} 0',
      'dependency_up{dependency="redis",service="test"} 1',
    ]);
    up = true;
    expect((await app.request('/readyz')).status).toBe(200);
    expect(await shown()).toContain('service_ready{service="test"} 1');
    closing.abort();
    expect(await shown()).toContain('service_ready{service="test"} 0');
    const ending = await app.request('/readyz');
    expect([ending.status, ((await ending.json()) as { status: string }).status]).toEqual([503, 'draining']);
    expect((await app.request('/livez')).status).toBe(200);
  });

  test('an unfit server is shown with its reason, and logged while that is new', async () => {
    let version = '15.4';
    const unfit = async () => {
      if (version !== '17.0') throw new Error('ping failed', { cause: new Unfit(`17 is needed; this is ${version}`) });
    };
    const { app, lines } = makeShell({}, { postgres: unfit, redis: { helpful: () => Promise.reject(new Error('x')) } });
    const readyz = async () => {
      const response = await app.request('/readyz');
      return [response.status, await response.json()];
    };
    const expected = (reason: string) => [
      503,
      {
        status: 'unavailable',
        dependencies: { postgres: 'unavailable', redis: 'unavailable' },
        reasons: { postgres: reason },
      },
    ];
    const logged = () => lines.flatMap((line) => ('reason' in line ? [line.reason] : []));
    for (let i = 0; i < 2; i++) expect(await readyz()).toEqual(expected('17 is needed; this is 15.4'));
    expect(logged()).toEqual(['17 is needed; this is 15.4']);
    version = '16.1';
    expect(await readyz()).toEqual(expected('17 is needed; this is 16.1'));
    version = '17.0';
    const well = { status: 'degraded', dependencies: { postgres: 'ok', redis: 'unavailable' } };
    expect(await readyz()).toEqual([200, well]);
    expect(logged()).toEqual(['17 is needed; this is 15.4', '17 is needed; this is 16.1']);
  });

  test('a request that needs an unfit server is a 503', async () => {
    const { app } = makeShell();
    const response = await app.request('/unfit');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await response.text()).not.toContain('17 is needed');
  });

  test('a server that hangs counts as away within the time of a probe', async () => {
    jest.useFakeTimers();
    try {
      const { app } = makeShell({}, { postgres: () => new Promise(() => {}) });
      const ready = app.request('/readyz');
      for (let i = 0; i < 20; i++) await Promise.resolve();
      jest.advanceTimersByTime(2000);
      expect((await ready).status).toBe(503);
    } finally {
      jest.useRealTimers();
    }
  });
});
