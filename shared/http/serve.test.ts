import { describe, expect, spyOn, test } from 'bun:test';
import { serverConfig, serverVariables } from '../config.ts';
import { readConfig } from '../environment.ts';
import { eventually } from '../testing/eventually.ts';
import { ListenError, serve } from './serve.ts';

const anyPort = { host: '127.0.0.1', port: 0 };
const configOf = (env: Record<string, string> = {}) => serverConfig(readConfig(serverVariables, env));

/** A server whose requests to `/slow` end when they are let go. */
function begin() {
  const held = Promise.withResolvers<void>();
  let underWay = 0;
  const server = serve(
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
    const first = begin();
    const again = (host: string, port: number) => () =>
      serve(() => new Response(), { host, port }, 'EVENTS_ADDR', configOf());
    expect(again('127.0.0.1', first.server.port)).toThrow(
      new ListenError(
        `Can't listen on 127.0.0.1:${first.server.port}: the port is taken. Set EVENTS_ADDR to another address.`,
      ),
    );
    expect(again('192.0.2.1', 0)).toThrow(/^Can't listen on 192\.0\.2\.1:0: .+ Set EVENTS_ADDR/);
    await first.server.stop(0);
  });

  test('waits for the request under way, sends who comes meanwhile elsewhere, and is gone then', async () => {
    const { server, get, letGo, startSlow } = begin();
    const { ended } = await startSlow();
    const stopped = server.stop(60_000);
    expect((await get('/')).headers.get('connection')).toBe('close');
    letGo();
    expect(await ended).toBe('slow');
    await stopped;
    await expect(get('/')).rejects.toThrow();
  });

  test('cuts a request that does not end in time', async () => {
    const { server, startSlow } = begin();
    const { ended } = await startSlow();
    await server.stop(50);
    expect(await ended).toBe('cut');
  });

  test.each([
    [{ SERVER_READ_TIMEOUT: '1500ms', SERVER_WRITE_TIMEOUT: '10ms' }, 2],
    [{ SERVER_READ_TIMEOUT: '10ms', SERVER_WRITE_TIMEOUT: '3s' }, 3],
    [{ SERVER_READ_TIMEOUT: '1h' }, 255],
  ])('closes idle connections as %p says', async (env, seconds) => {
    const opened = spyOn(Bun, 'serve');
    const server = serve(() => new Response(), anyPort, 'SERVER_ADDR', configOf(env as Record<string, string>));
    expect(opened.mock.calls[0]?.[0]).toMatchObject({ idleTimeout: seconds });
    opened.mockRestore();
    await server.stop(0);
  });
});
