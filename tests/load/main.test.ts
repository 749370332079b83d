import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findK6 } from './k6.ts';
import { type Line, written } from './shared/record.ts';

setDefaultTimeout(30_000);

/** A stand-in for k6 that leaves the given files behind and ends with the given code. */
const fakeK6 = (version: string) => `#!/bin/sh
if [ "$1" = version ]; then echo 'k6 v${version} (linux)'; exit; fi
printf '%s' "$FAKE_RECORD" >"$3"
printf '%s' "$FAKE_RESULTS" >"$LOAD_RESULTS"
exit "$FAKE_CODE"
`;

const lines: Line[] = [
  { record: 'offer', event: 'show', seats: ['1'], booked: [] },
  { record: 'hold', ticket: '1', user: 'ann' },
  { record: 'sale', ticket: '1', user: 'ann', method: 'card' },
];
const sound = {
  code: 0,
  record: lines.map(written).join('\n'),
  results: {
    metrics: {
      buyers: { values: { count: 9 } },
      sales: { values: { count: 1 } },
      iterations: { values: { count: 7 } },
      'http_req_duration{name:reserve}': { values: { 'p(99)': 31 } },
    },
  } as object | undefined,
};

let dir: string;
let platform: Bun.Server<undefined>;
let ready = 200;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'onsale-load-'));
  for (const version of ['1.8.1', '0.56.0']) {
    await Bun.write(join(dir, version), fakeK6(version));
    await chmod(join(dir, version), 0o755);
  }
  platform = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    routes: {
      '/readyz': () => new Response(null, { status: ready }),
      '/api/v1/management/events/show': Response.json({ tickets: [{ uuid: '1', status: 'booked' }] }),
      '/api/v1/booking/tickets/confirm': async (request) =>
        new Response(null, { status: (await request.text()).includes('"ann"') ? 200 : 409 }),
    },
  });
});
afterAll(async () => {
  await platform.stop(true);
  await rm(dir, { recursive: true });
});

async function load(args: string[], ended: Partial<typeof sound> = {}, env: Record<string, string> = {}) {
  const { code, record, results } = { ...sound, ...ended };
  const url = platform.url.href;
  const main = Bun.spawn([process.execPath, join(import.meta.dirname, 'main.ts'), ...args], {
    env: {
      PATH: process.env.PATH,
      K6: join(dir, '1.8.1'),
      LOAD_DIR: join(dir, 'out'),
      EVENTS_URL: url,
      BOOKING_URL: url,
      SEARCH_URL: url,
      FAKE_CODE: String(code),
      FAKE_RECORD: record,
      FAKE_RESULTS: results ? JSON.stringify(results) : '',
      ...env,
    },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [out, err] = await Promise.all([main.stdout.text(), main.stderr.text()]);
  return { code: await main.exited, said: (out + err).trim() };
}

describe('a load test', () => {
  test('that succeeds ends with 0 and one line', async () => {
    expect(await load(['onsale', '--smoke'])).toEqual({
      code: 0,
      said: 'onsale: 9 buyers, 1 seats, 1 sold, 0 sold twice, p99 reserve 31 ms',
    });
    expect(await load(['browse'])).toEqual({ code: 0, said: 'browse: 7 visits, 0 requests' });
  });

  test('fails with a threshold', async () => {
    const { code, said } = await load(['browse'], { code: 99 });
    expect(code).toBe(1);
    expect(said).toContain('a threshold does not hold');
  });

  test('fails with an unsound sale, though every threshold holds', async () => {
    const record = `${sound.record}\n${written({ record: 'sale', ticket: '1', user: 'bob', method: 'card' })}`;
    const { code, said } = await load(['onsale'], { record });
    expect(code).toBe(1);
    expect(said).toContain('FAILED seat 1 was sold to ann and bob');
    expect(said).toContain('1 sold twice');
  });

  test('fails when k6 counted a sale that the record lacks', async () => {
    const results = { metrics: { sales: { values: { count: 2 } } } };
    const { code, said } = await load(['onsale'], { results });
    expect(code).toBe(1);
    expect(said).toContain('k6 counted 2 sales, but the record has 1');
  });

  test('fails without results, and shows the complaints of scripts', async () => {
    const { code, said } = await load(['search'], { results: undefined, record: 'search: 500 oh\nsearch: 500 oh' });
    expect(code).toBe(1);
    expect(said).toBe('search: 500 oh\nk6 ended with code 0 before it had results.');
  });

  test('does not start when something is missing, and says what to do', async () => {
    expect(await load([])).toMatchObject({ code: 1, said: expect.stringContaining('Usage: npm run load') });
    expect(await load(['toString'])).toMatchObject({ code: 1, said: expect.stringContaining('Usage: npm run load') });
    expect(await load(['browse'], {}, { LOAD_RATE: 'many' })).toMatchObject({
      code: 1,
      said: 'LOAD_RATE=many: must be a whole number from 1 to 10000',
    });
    expect(await load(['onsale'], {}, { BOOKING_URL: 'http://127.0.0.1:9' })).toEqual({
      code: 1,
      said:
        'The booking service does not answer at http://127.0.0.1:9/readyz. Start the platform (npm start), ' +
        'or say where it is: BOOKING_URL=http://127.0.0.1:9',
    });
    ready = 503;
    const { code, said } = await load(['browse']);
    ready = 200;
    expect(code).toBe(1);
    expect(said).toContain('The events service answers 503');
  });
});

describe('k6', () => {
  test('is the one that K6 names, else the one on the path', async () => {
    expect(await findK6({ K6: join(dir, '1.8.1') })).toBe(join(dir, '1.8.1'));
    await Bun.write(join(dir, 'bin', 'k6'), fakeK6('2.0.0'));
    await chmod(join(dir, 'bin', 'k6'), 0o755);
    expect(await findK6({ PATH: `${join(dir, 'bin')}:/bin` })).toBe(join(dir, 'bin', 'k6'));
  });

  test('is refused when it is missing, too old or something else, with how to get it', async () => {
    const missing = { K6: join(dir, 'nothing') };
    await expect(findK6(missing)).rejects.toThrow(/There is no K6=.*nothing\. Get k6 1\.0 or newer/);
    await expect(findK6({ PATH: dir })).rejects.toThrow(/k6 is not on the PATH\. Get k6 .* K6=\/path\/to\/k6/);
    await expect(findK6({ K6: join(dir, '0.56.0') })).rejects.toThrow('is k6 0.56.0. Get k6');
    await expect(findK6({ K6: process.execPath })).rejects.toThrow('is no k6. Get k6');
  });
});
