import { describe, expect, test } from 'bun:test';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { testSecret } from '../../shared/testing/tokens.ts';
import { startProcess } from '../rig/process.ts';
import { runners } from '../rig/targets.ts';

/** No database is needed to listen. */
const env = { SERVER_ADDR: '127.0.0.1:0', POSTGRES_HOST: '127.0.0.1', POSTGRES_PORT: '1' };
const production = { SERVER_MODE: 'production', PAYMENTS: 'sandbox', AUTH_JWT_SECRET: testSecret };
const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

/** Another program's port. */
async function squat(host: string) {
  const squatter = createServer().listen({ host, port: 0 });
  await once(squatter, 'listening');
  const { port } = squatter.address() as { port: number };
  return { port, [Symbol.dispose]: () => void squatter.close() };
}

/** Returns the output of a program that ends by itself; one that serves is ended after a while. */
async function saidAtItsEnd(command: string[], more: Record<string, string>): Promise<string> {
  const child = Bun.spawn(command, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env, ...more },
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: 20_000,
  });
  const said = await Promise.all([child.stdout, child.stderr].map((stream) => new Response(stream).text()));
  return `${said.join('')}\nended with ${await child.exited}`;
}

for (const kind of ['bun', 'deno'] as const) {
  describe(`a service on ${kind}`, () => {
    const command = (service: string) => runners[kind](service);
    const start = async (called: string[], more: Record<string, string> = {}) => {
      const started = await startProcess(called, { ...env, ...more });
      return { ...started, [Symbol.asyncDispose]: async () => void (await started.stop()) };
    };
    const metricsPort = (output: string) => Number(/"metricsPort":(\d+)/.exec(output)![1]);
    const get = (port: number, path: string, method = 'GET') => fetch(`http://127.0.0.1:${port}${path}`, { method });

    const taken: Record<string, string> = {
      '127.0.0.1': '',
      '0.0.0.0': '127.0.0.1',
      ...(hasIpv6 && { '::1': '127.0.0.1' }),
    };
    test.each(Object.entries(taken))(
      'does not start beside a program at %s on “%s”, and says why',
      async (host, ours) => {
        using other = await squat(host);
        expect(await saidAtItsEnd(command('events'), { SERVER_ADDR: `${ours}:${other.port}` })).toMatch(
          /Can't listen on .*: the port is taken.* Set SERVER_ADDR to another address\.\n+ended with 1$/,
        );
      },
    );

    test('does not start beside one that would share its port', async () => {
      const first = Bun.serve({ hostname: '127.0.0.1', port: 0, reusePort: true, fetch: () => new Response() });
      expect(await saidAtItsEnd(command('events'), { SERVER_ADDR: `:${first.port}` })).toContain('Set SERVER_ADDR');
      await first.stop(true);
    });

    test('does not start when the port of its metrics is taken, and names that variable', async () => {
      using other = await squat('127.0.0.1');
      expect(await saidAtItsEnd(command('events'), { METRICS_ADDR: `127.0.0.1:${other.port}` })).toContain(
        `Can't listen on 127.0.0.1:${other.port}: the port is taken. Set METRICS_ADDR to another address.`,
      );
    });

    test('shares its port with another process with SERVER_REUSE_PORT', async () => {
      const [program = '', ...args] = command('events');
      // The option is unstable in Deno.
      const sharing = kind === 'deno' ? [program, args[0]!, '--unstable-net', ...args.slice(1)] : [program, ...args];
      const shared = { SERVER_REUSE_PORT: 'true' };
      await using first = await start(sharing, shared);
      await using second = await start(sharing, { ...shared, SERVER_ADDR: `127.0.0.1:${first.ports[0]}` });
      expect(second.ports).toEqual(first.ports);
      await first.stop();
      expect((await get(second.ports[0]!, '/livez')).status).toBe(200);
    });

    test.each(['events', 'booking', 'search'])('shows the metrics of %s only at METRICS_ADDR', async (service) => {
      await using started = await start(command(service), { METRICS_ADDR: '127.0.0.1:0' });
      const [main] = started.ports;
      const apart = metricsPort(started.output());
      expect((await get(main!, '/metrics')).status).toBe(404);
      expect((await get(main!, '/livez')).status).toBe(200);
      const shown = await get(apart, '/metrics');
      expect(shown.status).toBe(200);
      expect(shown.headers.get('content-type')).toContain('text/plain');
      expect(await shown.text()).toMatch(
        new RegExp(`http_request_duration_seconds_count{route="/livez",.*service="${service}"} 1`),
      );
      for (const path of ['/', '/livez', '/docs', '/openapi.json', '/api/v1/search/events']) {
        expect([path, (await get(apart, path)).status]).toEqual([path, 404]);
      }
      expect((await get(apart, '/metrics', 'POST')).status).toBe(405);
      expect(await started.stop()).toBe(0);
    });

    test('shows metrics beside its routes in development, and nowhere by default in production', async () => {
      await using development = await start(command('booking'));
      await using open = await start(command('booking'), production);
      expect((await get(development.ports[0]!, '/metrics')).status).toBe(200);
      expect((await get(open.ports[0]!, '/metrics')).status).toBe(404);
      expect(open.output()).toContain('production shows its metrics to nobody until METRICS_ADDR is set');
    });

    test('lets nobody play the bank in production', async () => {
      await using development = await start(command('booking'));
      await using open = await start(command('booking'), production);
      const approval = (port: number) =>
        fetch(`http://127.0.0.1:${port}/sandbox/payments/00000000-0000-4000-8000-000000000001/approval`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: '{}',
        });
      const pathsOf = async (port: number) =>
        Object.keys(((await (await get(port, '/openapi.json')).json()) as { paths: object }).paths).filter((path) =>
          path.startsWith('/sandbox'),
        );
      expect((await approval(development.ports[0]!)).status).toBe(400);
      expect(await pathsOf(development.ports[0]!)).toHaveLength(1);
      expect(await (await approval(open.ports[0]!)).json()).toMatchObject({ error: 'not_found' });
      expect(await pathsOf(open.ports[0]!)).toEqual([]);
    });
  });
}
