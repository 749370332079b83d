import { describe, expect, spyOn, test } from 'bun:test';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { serverConfig, serverVariables } from '../config/config.ts';
import { readConfig } from '../config/environment.ts';
import { ListenError } from '../process/lifecycle.ts';
import { eventually } from '../testing/eventually.ts';
import { serve } from './serve.ts';

const anyPort = { host: '127.0.0.1', port: 0 };
const configOf = (env: Record<string, string> = {}) => serverConfig(readConfig(serverVariables, env));

/** A server whose requests to `/slow` end when they are released. */
async function begin() {
  const held = Promise.withResolvers<void>();
  let underWay = 0;
  const server = await serve(
    async (request) => {
      if (!request.url.endsWith('/slow')) return new Response('quick');
      underWay++;
      await held.promise;
      return new Response('slow');
    },
    anyPort,
    'SERVER_ADDR',
    configOf({ SERVER_READ_TIMEOUT: '4m' }),
  );
  const get = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`);
  /** A request that is being worked on. */
  const startSlow = async () => {
    const ended = get('/slow').then(
      (response) => response.text(),
      () => 'cut',
    );
    await eventually(() => underWay > 0);
    return { ended };
  };
  return { server, get, letGo: held.resolve, startSlow };
}

describe('the server of a process', () => {
  test('refuses a port that another one has, and an address that is not ours, and says what to set', async () => {
    const first = await begin();
    const again = (host: string, port: number) =>
      serve(() => new Response(), { host, port }, 'EVENTS_ADDR', configOf());
    const at = `127.0.0.1:${first.server.port}`;
    await expect(again('127.0.0.1', first.server.port)).rejects.toThrow(
      new ListenError(`Can't listen on ${at}: the port is taken. Set EVENTS_ADDR to another address.`),
    );
    await expect(again('192.0.2.1', 0)).rejects.toThrow(/^Can't listen on 192\.0\.2\.1:0: .+ Set EVENTS_ADDR/);
    await first.server.stop(0);
  });

  test('waits for the request under way, asks other clients to close their connections, and is closed then', async () => {
    const { server, get, letGo, startSlow } = await begin();
    const { ended } = await startSlow();
    const stopped = server.stop(60_000);
    expect((await get('/')).headers.get('connection')).toBe('close');
    letGo();
    expect(await ended).toBe('slow');
    await stopped;
    await expect(get('/')).rejects.toThrow();
  });

  test('cuts a request that does not end in time', async () => {
    const { server, startSlow } = await begin();
    const { ended } = await startSlow();
    await server.stop(50);
    expect(await ended).toBe('cut');
  });

  test.each([
    [{ SERVER_READ_TIMEOUT: '6500ms', SERVER_WRITE_TIMEOUT: '10ms' }, 7],
    [{ SERVER_READ_TIMEOUT: '10ms', SERVER_WRITE_TIMEOUT: '6s' }, 6],
    [{ SERVER_READ_TIMEOUT: '1s', SERVER_WRITE_TIMEOUT: '1s' }, 5],
    [{ SERVER_READ_TIMEOUT: '1h' }, 255],
  ])('closes idle connections as %p says', async (env, seconds) => {
    const opened = spyOn(Bun, 'serve');
    const server = await serve(() => new Response(), anyPort, 'SERVER_ADDR', configOf(env as Record<string, string>));
    expect(opened.mock.calls[0]?.[0]).toMatchObject({ idleTimeout: seconds });
    opened.mockRestore();
    await server.stop(0);
  });
});

const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
/** A machine without it has no second family to meet a program in. */
const hasIpv6 = addresses.some(({ address }) => address === '::1');
/** The first address of this machine that is no loopback; one without a network has none. */
const outside = addresses.find(({ internal, family }) => !internal && family === 'IPv4')?.address;

describe('a port that another program has', () => {
  const hosts = ['127.0.0.1', '0.0.0.0', 'localhost', ...(hasIpv6 ? ['::', '::1'] : [])];
  const pairs = hosts.flatMap((other) => hosts.map((ours): [string, string] => [other, ours]));
  const begun = (host: string, port: number, env = {}) =>
    serve(() => new Response('ours'), { host, port }, 'BOOKING_ADDR', configOf(env));

  test.each(pairs)('at %s is taken for %s too', async (other, ours) => {
    // As a program does that is ready to share its port.
    const first = Bun.serve({ hostname: other, port: 0, reusePort: true, fetch: () => new Response() });
    try {
      await expect(begun(ours, first.port!)).rejects.toThrow(
        /: the port is taken.* Set BOOKING_ADDR to another address/,
      );
    } finally {
      await first.stop(true);
    }
  });

  test.skipIf(!hasIpv6).each(['127.0.0.1', '0.0.0.0', 'localhost'])(
    'for IPv6 alone is taken for %s too',
    async (ours) => {
      const first = createServer();
      await new Promise<void>((resolve) => first.listen({ host: '::', port: 0, ipv6Only: true }, resolve));
      const { port } = first.address() as { port: number };
      await expect(begun(ours, port)).rejects.toThrow('the port is taken at [::1]. Set BOOKING_ADDR');
      first.close();
    },
  );

  test.skipIf(!outside)('at an address that nobody takes for the other leaves that one free', async () => {
    const first = await begun(outside!, 0);
    const second = await begun('127.0.0.1', first.port);
    await expect(begun('0.0.0.0', first.port)).rejects.toThrow('BOOKING_ADDR');
    await Promise.all([first.stop(0), second.stop(0)]);
  });

  test('is shared by those that are all told to', async () => {
    const shared = { SERVER_REUSE_PORT: 'true' };
    const first = await begun('127.0.0.1', 0, shared);
    await expect(begun('127.0.0.1', first.port)).rejects.toThrow('BOOKING_ADDR');
    const second = await begun('127.0.0.1', first.port, shared);
    expect(second.port).toBe(first.port);
    await Promise.all([first.stop(0), second.stop(0)]);
  });
});
