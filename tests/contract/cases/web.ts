import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { secretToken, testSecret } from '../../../shared/testing/tokens.ts';
import { parseRaw, sendRaw } from '../../rig/raw.ts';
import { steadily } from '../steady.ts';
import type { Suite } from './suite.ts';

const shop = 'https://shop.example';
const box = 'http://127.0.0.1:3000';
const perUser = 3;
const perAddress = 12;

/** The variables that a target has for these cases. */
export const webVariables = {
  CORS_ORIGINS: `${shop},${box}`,
  SERVER_COMPRESS: 'true',
  // The test itself is the proxy.
  TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8',
  AUTH_JWT_SECRET: testSecret,
  RATE_LIMIT_WRITES_PER_USER: String(perUser),
  RATE_LIMIT_WRITES_PER_ADDRESS: String(perAddress),
  RATE_LIMIT_WINDOW: '7m',
};

const unpack = { zstd: zstdDecompressSync, br: brotliDecompressSync, gzip: gunzipSync };

/** What a browser on a page of another origin, and a client behind a proxy, see. */
export function webCases(suite: Suite): void {
  /** Addresses of this run alone: Redis may still count those of an earlier one. */
  const network = `198.18.${Math.floor(Math.random() * 256)}`;
  const network6 = `2001:db8:${Math.floor(Math.random() * 65_536).toString(16)}`;

  const bases = () => [suite.target.events, suite.target.booking, suite.target.search];
  const reserve = () => `${suite.target.booking}${suite.api.paths.reserve}`;

  /** What a response lets a browser's page have. */
  const seen = ({ status, headers }: Response) => ({
    status,
    origin: headers.get('access-control-allow-origin'),
    varies: headers.get('vary')?.includes('Origin') ?? false,
  });

  test('a preflight of an allowed origin passes before anybody asks for a token', async () => {
    const asked = await fetch(reserve(), {
      method: 'OPTIONS',
      headers: {
        Origin: shop,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,content-type,idempotency-key',
      },
    });
    expect(seen(asked)).toEqual({ status: 204, origin: shop, varies: true });
    expect(asked.headers.get('access-control-allow-methods')).toContain('POST');
    for (const name of ['Authorization', 'Content-Type', 'Idempotency-Key', 'traceparent']) {
      expect(asked.headers.get('access-control-allow-headers')).toContain(name);
    }
    expect(Number(asked.headers.get('access-control-max-age'))).toBeGreaterThan(600);
    expect(asked.headers.get('access-control-allow-credentials')).toBeNull();
  });

  test('a preflight of another origin allows nothing, and an OPTIONS that is none stays a 405', async () => {
    const asked = await fetch(reserve(), {
      method: 'OPTIONS',
      headers: { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' },
    });
    expect(seen(asked)).toMatchObject({ origin: null, varies: true });
    const other = await fetch(`${suite.target.booking}/livez`, { method: 'OPTIONS', headers: { Origin: shop } });
    expect(seen(other)).toEqual({ status: 405, origin: shop, varies: true });
  });

  test('each response, errors too, has the header of its own origin, and caches are told that it varies', async () => {
    for (const base of bases()) {
      for (const [path, status] of [
        ['/livez', 200],
        ['/nothing', 404],
      ] as const) {
        for (const origin of [shop, box]) {
          const response = await fetch(`${base}${path}`, { headers: { Origin: origin } });
          expect(seen(response)).toEqual({ status, origin, varies: true });
          expect(response.headers.get('access-control-expose-headers')).toContain('X-Request-Id');
        }
        for (const headers of [{ Origin: 'https://evil.example' }, { Origin: 'null' }, {}]) {
          expect(seen(await fetch(`${base}${path}`, { headers: headers as Record<string, string> }))).toEqual({
            status,
            origin: null,
            varies: true,
          });
        }
      }
    }
    const refused = await fetch(reserve(), { method: 'POST', body: '{}', headers: { Origin: shop } });
    expect(seen(refused)).toEqual({ status: 401, origin: shop, varies: true });
  });

  test('a page that is kept for all is sent to each origin with its own header', async () => {
    const { event } = await suite.api.freeSeats(1);
    for (const url of [
      `${suite.target.events}${suite.api.paths.events}/${event.uuid}`,
      `${suite.target.search}${suite.api.paths.search}?q=a`,
    ]) {
      for (const origin of [shop, box, shop]) {
        expect(seen(await fetch(url, { headers: { Origin: origin } }))).toEqual({ status: 200, origin, varies: true });
      }
      expect(seen(await fetch(url))).toMatchObject({ origin: null });
    }
  });

  test('a page of another origin may watch the live seats, which are never compressed', async () => {
    const { event } = await suite.api.freeSeats(1);
    const leave = new AbortController();
    const stream = await fetch(`${suite.target.events}${suite.api.paths.events}/${event.uuid}/live`, {
      headers: { Origin: shop, 'Accept-Encoding': 'gzip, zstd' },
      signal: leave.signal,
    });
    expect(seen(stream)).toEqual({ status: 200, origin: shop, varies: true });
    expect(stream.headers.get('content-encoding')).toBeNull();
    leave.abort();
  });

  /** The bytes of a page as they come, by a client that undoes no encoding. */
  async function get(url: string, accept?: string, method = 'GET') {
    const { port, pathname, search } = new URL(url);
    const encodings = accept === undefined ? '' : `Accept-Encoding: ${accept}\r\n`;
    const text = await sendRaw(
      Number(port),
      `${method} ${pathname}${search} HTTP/1.1\r\nHost: a\r\n${encodings}Connection: close\r\n\r\n`,
    );
    const { status, headers, body } = parseRaw(text);
    return { status, headers, body, encoding: headers.get('content-encoding') };
  }

  const pages = async () => {
    const { event } = await suite.api.freeSeats(100);
    return [
      `${suite.target.events}${suite.api.paths.events}/${event.uuid}`,
      `${suite.target.events}${suite.api.paths.events}?limit=50`,
      `${suite.target.search}${suite.api.paths.search}?q=a&size=50`,
      `${suite.target.booking}/openapi.json`,
      `${suite.target.booking}/docs/swagger-ui.css`,
    ];
  };

  test('a long body is compressed as the client accepts it, and has the same content', async () => {
    for (const url of await pages()) {
      for (const [accept, encoding] of [
        ['gzip', 'gzip'],
        ['gzip, deflate, br, zstd', 'zstd'],
        ['gzip;q=1, zstd;q=0.5', 'gzip'],
        ['gzip, deflate, br', 'br'],
        ['zstd;q=0, *', 'br'],
      ] as const) {
        const {
          response: plain,
          bytes,
          seen,
        } = await steadily(url, async () => {
          const packed = await fetch(url, { headers: { 'Accept-Encoding': accept }, decompress: false });
          return { headers: packed.headers, body: Buffer.from(await packed.arrayBuffer()) };
        });
        const { headers, body } = seen;
        expect(plain.headers.get('content-encoding')).toBeNull();
        expect({ url, accept, encoding: headers.get('content-encoding') }).toEqual({ url, accept, encoding });
        expect(headers.get('vary')).toContain('Accept-Encoding');
        expect(headers.get('content-type')).toBe(plain.headers.get('content-type')!);
        expect(body.length).toBeLessThan(bytes.length / 2);
        expect([url, accept, unpack[encoding](body).equals(bytes)]).toEqual([url, accept, true]);
      }
    }
  });

  test('HEAD has the length and the encoding of GET', async () => {
    for (const url of await pages()) {
      for (const accept of ['identity', 'gzip', 'br', 'zstd']) {
        const headers = { 'Accept-Encoding': accept };
        const { seen } = await steadily(url, async () => {
          const full = await fetch(url, { headers, decompress: false });
          const { byteLength } = await full.arrayBuffer();
          return { full, byteLength, head: await fetch(url, { method: 'HEAD', headers, decompress: false }) };
        });
        const { full, byteLength, head } = seen;
        expect([url, head.headers.get('content-length'), head.headers.get('content-encoding')]).toEqual([
          url,
          String(byteLength),
          full.headers.get('content-encoding'),
        ]);
        expect(head.headers.get('etag')).toBe(full.headers.get('etag'));
      }
    }
  });

  test('a short body, an error, and one for a client that says nothing are sent as they are', async () => {
    for (const path of ['/livez', '/nothing', '/openapi.json']) {
      const accept = path === '/openapi.json' ? undefined : 'gzip';
      const { encoding, headers } = await get(`${suite.target.booking}${path}`, accept);
      expect({ path, encoding }).toEqual({ path, encoding: null });
      expect(headers.get('vary')).toContain('Accept-Encoding');
    }
  });

  /** A write that is refused for its body alone; each user and each address has limits of its own. */
  async function write(user: string, forwarded: string) {
    const response = await suite.api.post(suite.api.paths.reserve, '{}', {
      Authorization: `Bearer ${await secretToken({ sub: user })}`,
      'X-Forwarded-For': forwarded,
    });
    return { response, status: response.status, body: (await response.json()) as { error: string } };
  }

  test('a user’s writes are limited, and each response says what is left', async () => {
    const user = randomUUID();
    const limits = async (nth: number) => {
      const { response, status } = await write(user, `${network}.${nth}`);
      return { status, limits: response.headers.get('ratelimit') };
    };
    for (let left = perUser - 1; left >= 0; left--) {
      const { status, limits: told } = await limits(left);
      expect(status).toBe(400);
      expect(told).toMatch(new RegExp(`^"writes-address";r=${perAddress - 1};t=\\d+, "writes-user";r=${left};t=\\d+$`));
    }
    const { response, status, body } = await write(user, `${network}.100`);
    expect([status, body.error]).toEqual([429, 'too_many_requests']);
    expect(response.headers.get('ratelimit-policy')).toBe(
      `"writes-address";q=${perAddress};w=420, "writes-user";q=${perUser};w=420`,
    );
    expect(Number(response.headers.get('retry-after'))).toBeWithin(320, 421);
    expect((await write(randomUUID(), `${network}.101`)).status).toBe(400);
  });

  test('an address’s writes are limited, whoever writes, and nobody gets another one by a header', async () => {
    const statuses: number[] = [];
    for (let nth = 0; nth <= perAddress; nth++) {
      // What stands before the proxies' own entries is the client's word.
      statuses.push((await write(randomUUID(), `203.0.113.${nth}, ${network}.107, 10.1.2.3`)).status);
    }
    expect(statuses).toEqual([...Array<number>(perAddress).fill(400), 429]);
    expect((await write(randomUUID(), `${network}.108`)).status).toBe(400);
  });

  test('an address of IPv6 is limited with its whole network', async () => {
    const statuses: number[] = [];
    for (let nth = 0; nth <= perAddress; nth++) {
      statuses.push((await write(randomUUID(), `${network6}:2::${nth.toString(16)}`)).status);
    }
    expect(statuses.at(-1)).toBe(429);
    expect((await write(randomUUID(), `${network6}:3::1`)).status).toBe(400);
  });

  test('a request without a valid token counts for its address, and reads never count', async () => {
    const headers = { 'X-Forwarded-For': `${network}.200` };
    const statuses: number[] = [];
    for (let nth = 0; nth <= perAddress; nth++) {
      const response = await fetch(reserve(), { method: 'POST', body: '{}', headers });
      statuses.push(response.status);
    }
    expect(statuses).toEqual([...Array<number>(perAddress).fill(401), 429]);
    const read = await fetch(`${suite.target.booking}/api/v1/booking/orders?user_uuid=${randomUUID()}`, { headers });
    expect([read.status, read.headers.get('ratelimit')]).toEqual([401, null]);
  });
}
