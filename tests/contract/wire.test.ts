import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { eventually } from '../../shared/testing/eventually.ts';
import { type Started, startProcess } from '../rig/process.ts';
import { parseRaw, sendRaw } from '../rig/raw.ts';
import { runners } from '../rig/targets.ts';

/** None of these requests reaches the database. */
const env = { SERVER_ADDR: '127.0.0.1:0', POSTGRES_HOST: '127.0.0.1', POSTGRES_PORT: '1' };
const reserve = '/api/v1/booking/tickets/reserve';
const body = '{"ticket_uuid":"x"}';
/** A request by its first line, or with its headers, on a connection that ends with it. */
const message = (head: string, content = '') => `${head}\r\nConnection: close\r\n\r\n${content}`;
const post = (headers: string, content = body) =>
  message(`POST ${reserve} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${headers}`, content);

/** Deno keeps a connection open while it waits for the body. */
const isError = (text: string) => /\r\n\r\n{"error":.*}$/.test(text);

for (const kind of ['bun', 'deno'] as const) {
  describe(`booking on ${kind}, byte for byte`, () => {
    let booking: Started;
    beforeAll(async () => {
      booking = await startProcess(runners[kind]('booking'), env);
    }, 60_000);
    afterAll(async () => {
      await booking?.stop();
    });
    const port = () => booking.ports[0]!;
    const send = async (bytes: string | Uint8Array) => parseRaw(await sendRaw(port(), bytes));
    const lines = () => booking.output().split('\n');

    const targets: [string, string][] = [
      ['HTTP/1.0 without a Host', 'GET /livez HTTP/1.0'],
      ['HTTP/1.0 with a query and without a Host', 'GET /livez?a=http://b/c HTTP/1.0'],
      ['HTTP/1.0 with a Host', 'GET /livez HTTP/1.0\r\nHost: a'],
      ['an absolute target', 'GET http://other.example/livez HTTP/1.1\r\nHost: a'],
      ['an absolute target of HTTP/1.0', 'GET http://other.example:99/livez HTTP/1.0'],
      ...['', 'a b', 'a/b', 'a?b', 'a#b', 'u@b', 'a\\b', 'a:99999', '[::1]:80', '[::1', 'a%zz', '\xc3\xa4'].map(
        (host): [string, string] => [`the Host ${JSON.stringify(host)}`, `GET /livez HTTP/1.1\r\nHost: ${host}`],
      ),
    ];
    test.each(targets)('%s is served as any other request', async (_, head) => {
      expect(await send(message(head))).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    });

    const paths: [string, string][] = [
      ['/a/b?c=d', '/a/b'],
      ['//livez', '//livez'],
      ['//other.example/livez', '//other.example/livez'],
      ['/%zz', '/%zz'],
      ['/%E0%A4%A', '/%E0%A4%A'],
      ['/a:b/c', '/a:b/c'],
    ];
    test.each(paths)('the path of %s is kept whole, with a Host or without', async (target, path) => {
      for (const version of ['1.1\r\nHost: a', '1.1\r\nHost: a b', '1.0']) {
        const { status, body: told } = await send(message(`GET ${target} HTTP/${version}`));
        expect({ version, status, told: JSON.parse(told) }).toEqual({
          version,
          status: 404,
          told: { error: 'not_found', message: `There is nothing at GET ${path}` },
        });
      }
    });

    test('a target without a path is the root', async () => {
      for (const target of ['http://other.example', 'http://other.example?a=b']) {
        const { body: told } = await send(message(`GET ${target} HTTP/1.1\r\nHost: a`));
        expect(JSON.parse(told)).toMatchObject({ service: 'Onsale booking' });
      }
      expect((await send(message('CONNECT other.example:443 HTTP/1.1\r\nHost: a'))).status).toBe(405);
    });

    test.each([
      '/livez',
      '/docs',
      '/docs/swagger-ui.css',
      '/docs/swagger-ui-bundle.js',
      '/openapi.json',
      '/nothing',
      reserve,
    ])('HEAD %s has the length and the status of GET, and no body', async (path) => {
      const full = await response(port(), 'GET', path);
      const head = await response(port(), 'HEAD', path);
      expect(full.text.length).toBeGreaterThan(0);
      expect({ ...head, type: head.headers['content-type'] }).toMatchObject({
        status: full.status,
        text: '',
        type: full.headers['content-type'],
      });
      expect(head.headers['content-length']).toBe(String(Buffer.byteLength(full.text)));
    });

    test('OPTIONS and TRACE are a 405 that names the methods, and echo nothing', async () => {
      for (const method of ['OPTIONS', 'TRACE']) {
        const refused = await send(message(`${method} /livez HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer hush`));
        expect({ status: refused.status, allow: refused.headers.get('allow') }).toEqual({
          status: 405,
          allow: 'GET, HEAD',
        });
        expect(refused.body).not.toContain('hush');
      }
    });

    const length = `Content-Length: ${body.length}`;
    const chunked = 'Transfer-Encoding: chunked';
    const asChunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    const bodies: [string, string, number][] = [
      ['told how long', post(length), 400],
      ['in chunks', post(chunked, asChunk), 400],
      ['with two lengths', post(`Content-Length: 4\r\n${length}`), 400],
      ['with a length and chunks', post(`${length}\r\n${chunked}`, asChunk), 400],
      ['of a length that is no number', post('Content-Length: 0x13'), 400],
      ['of less than nothing', post('Content-Length: -1'), 400],
      ['that waits for 100 Continue and is too long', post('Expect: 100-continue\r\nContent-Length: 999999', ''), 413],
    ];
    test.each(bodies)('a body %s is refused with its reason', async (_, bytes, status) => {
      const text = await sendRaw(port(), bytes, { isEnough: isError });
      expect(parseRaw(text.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '')).status).toBe(status);
    });

    test('a chunk without a size, or of a wrong one, changes nothing and is no failure of ours', async () => {
      for (const chunks of ['zz\r\n', '-9\r\n', 'ffffffffffffffffff\r\n', '3\r\n']) {
        const text = await sendRaw(port(), post(chunked, `${chunks}${body}\r\n0\r\n\r\n`));
        expect(text === '' ? 400 : parseRaw(text).status).toBe(400);
      }
    });

    test('requests that come at once are each served, in order', async () => {
      const first = `POST ${reserve} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${length}\r\n\r\n${body}`;
      const text = await sendRaw(
        port(),
        `${first}GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n${message('GET /livez HTTP/1.1\r\nHost: a')}`,
      );
      expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400', 'HTTP/1.1 404', 'HTTP/1.1 200']);
    });

    test('an encoded body is a 415 that names the supported encodings', async () => {
      for (const coding of ['gzip', 'br', 'GZIP', 'gzip, identity', 'zstd']) {
        const sent = await fetch(`http://127.0.0.1:${port()}${reserve}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'Content-Encoding': coding },
          body: gzipSync(body),
        });
        expect({ coding, status: sent.status, takes: sent.headers.get('accept-encoding') }).toEqual({
          coding,
          status: 415,
          takes: 'identity',
        });
        expect(await sent.json()).toEqual({
          error: 'unsupported_media_type',
          message: expect.stringContaining('no Content-Encoding but “identity” is taken'),
        });
      }
      expect((await send(post(`Content-Encoding: identity\r\n${length}`))).body).toContain('Invalid request payload');
    });

    test('a body of another type is a 400 that names the right one', async () => {
      for (const type of ['', 'Content-Type: text/plain\r\n']) {
        const { status, body: told } = await send(
          message(`POST ${reserve} HTTP/1.1\r\nHost: a\r\n${type}${length}`, body),
        );
        expect({ status, told: JSON.parse(told) }).toEqual({
          status: 400,
          told: {
            error: 'invalid_request',
            message: 'Invalid request payload',
            issues: [{ path: '', message: 'must be JSON, sent with Content-Type: application/json' }],
          },
        });
      }
    });

    test('oversized requests are refused or served, and none hangs', async () => {
      const long = await sendRaw(port(), message(`GET /livez?${'x'.repeat(2_000_000)} HTTP/1.1\r\nHost: a`));
      expect(['', '400', '414', '431']).toContain(long.slice(9, 12));
      const many = Array.from({ length: 500 }, (_, i) => `X-${i}: a`).join('\r\n');
      expect([400, 431]).toContain((await send(message(`GET /livez HTTP/1.1\r\nHost: a\r\n${many}`))).status);
    });

    test('a body that is cut off is no error of ours', async () => {
      const cut: [string, string][] = [
        ['Content-Length: 999', body],
        [chunked, `13\r\n${body}\r\n`],
      ];
      for (const [i, [headers, some]] of cut.entries()) {
        await sendRaw(port(), post(`X-Request-Id: cut-${i}\r\n${headers}`, some), { cutAfterwards: true });
        await eventually(() => lines().some((line) => line.includes(`"id":"cut-${i}"`)));
        expect(lines().find((line) => line.includes(`"id":"cut-${i}"`))).toContain('"level":"info"');
      }
    });

    // This comes last, and checks all of the above.
    test('none of it is an error in the log', async () => {
      await send(message('GET /livez HTTP/1.1\r\nHost: a\r\nX-Request-Id: the-last'));
      await eventually(() => lines().some((line) => line.includes('"id":"the-last"')));
      expect(lines().filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
    });
  });

  test(`on ${kind}, a body that does not come in time is a 408, and no error`, async () => {
    const booking = await startProcess(runners[kind]('booking'), { ...env, SERVER_CTX_TIMEOUT: '100ms' });
    for (const [headers, some] of [
      ['Content-Length: 999', body],
      ['Content-Length: 999', ''],
      ['Transfer-Encoding: chunked', `13\r\n${body}\r\n`],
    ] as const) {
      const {
        status,
        headers: told,
        body: said,
      } = parseRaw(await sendRaw(booking.ports[0]!, post(headers, some), { isEnough: isError }));
      expect({ status, ...JSON.parse(said) }).toEqual({
        status: 408,
        error: 'request_timeout',
        message: expect.any(String),
      });
      expect(told.get('connection')).toContain('close');
    }
    await booking.stop();
    expect(booking.output()).toContain('"status":408');
    expect(booking.output()).not.toMatch(/"level":"(error|warn)".*request/);
  }, 60_000);
}

/** By Node's own client, which knows that HEAD has no body. */
function response(port: number, method: 'GET' | 'HEAD', path: string) {
  return new Promise<{ status: number; headers: IncomingMessage['headers']; text: string }>((resolve, reject) => {
    const asked = httpRequest({ host: '127.0.0.1', port, method, path, agent: false }, (came) => {
      let text = '';
      came.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      came.once('end', () => resolve({ status: came.statusCode!, headers: came.headers, text }));
    });
    asked.once('error', reject).end();
  });
}
