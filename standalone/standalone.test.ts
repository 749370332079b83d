import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDb } from '../shared/db/client.ts';
import { inspectProcess } from '../shared/embedded/processes.ts';
import { freePort, freePorts } from '../shared/process/free-port.ts';
import { eventually } from '../shared/testing/eventually.ts';
import { client } from '../tests/contract/client.ts';
import { startFakeStripe } from '../tests/fake-stripe/start.ts';
import { runProcess, type Started, startProcess } from '../tests/rig/process.ts';
import { variables } from './main.ts';
import { likeAlways, shellBlocks, shellOf, startSample } from './readme.ts';

const root = join(import.meta.dirname, '..');
const main = [process.execPath, join(import.meta.dirname, 'main.ts')];
const anyPorts = {
  EVENTS_ADDR: '127.0.0.1:0',
  BOOKING_ADDR: '127.0.0.1:0',
  SEARCH_ADDR: '127.0.0.1:0',
  LOG_LEVEL: 'warn',
};

describe('the standalone process on its own PostgreSQL', () => {
  let dir: string;
  let running: Started | undefined;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'onsale-standalone-'));
  });
  afterAll(async () => {
    await running?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const start = (...args: string[]) => startWith({}, ...args);
  const startWith = async (env: Record<string, string>, ...args: string[]) => {
    running = await startProcess(
      [...main, ...args],
      { ...anyPorts, ONSALE_DIR: dir, ...env },
      { port: /:(\d+)\/docs/, count: 3 },
    );
    const started = running;
    await eventually(() => started.output().includes('Ctrl-C'));
    return running;
  };
  const api = () => {
    const [events, booking, search] = running!.ports.map((port) => `http://127.0.0.1:${port}`);
    return client({ events: events!, booking: booking!, search: search!, stop: async () => {} });
  };
  const postmaster = () => {
    const [pid, , , port] = readFileSync(join(dir, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(pid), port: Number(port) };
  };
  const isAlive = (pid: number) => inspectProcess(pid) !== undefined;
  const database = () =>
    openDb({
      host: '127.0.0.1',
      port: postmaster().port,
      user: 'onsale',
      password: readFileSync(join(dir, 'postgres', 'password'), 'utf8').trim(),
      database: 'onsale',
      sslMode: 'disable',
      maxOpenConns: 2,
      connMaxIdleTimeMs: 0,
      connMaxLifetimeMs: 0,
      deadlineMs: 10_000,
      applicationName: 'test',
    });

  test('the first start loads the demo, the pasted lines work, and SIGTERM leaves no process', async () => {
    const started = await start();
    const { output, stop } = started;
    expect(output()).toMatch(/demo seed .* 407 events/);
    const lines = [...output().matchAll(/^ {2}(curl .*)$/gm)].map((match) => match[1]!);
    expect(lines).toHaveLength(3);
    const answers: string[] = [];
    for (const line of lines) answers.push(await runProcess(['sh', '-c', `${line} -sS`], {}));
    const [found, held, bought] = answers;
    expect(found).toContain('Madison Square Garden');
    expect(held).toStartWith('HTTP/1.1 200');
    expect(bought).toStartWith('HTTP/1.1 200');
    const { pid } = postmaster();
    expect(isAlive(pid)).toBe(true);
    expect(await stop()).toBe(0);
    expect(isAlive(pid)).toBe(false);
    expect(likeAlways(output(), dir, started.ports)).toEqual(likeAlways(startSample(), '.onsale', [8080, 8081, 8082]));
  }, 60_000);

  test('the lines for a shell in the documents work, one after the other', async () => {
    const { ports, stop } = await start();
    const blocks = shellBlocks('curl ').filter((block) => /:808\d/.test(block) && !block.includes('/fake/'));
    expect(blocks).toHaveLength(3);
    let script = blocks.join('');
    for (const [i, port] of ports.entries()) script = script.replaceAll(`:${8080 + i}`, `:${port}`);
    // The status of each response, beside what the lines do with it.
    const noted = `curl() { command curl -sS -w '%{stderr}%{http_code} ' "$@"; }\n`;
    const shell = Bun.spawn(['sh', '-c', noted + script], { stdout: 'pipe', stderr: 'pipe' });
    const statuses = (await new Response(shell.stderr).text()).trim().split(' ');
    expect(statuses).toHaveLength(script.match(/\bcurl /g)!.length);
    expect(statuses.filter((status) => !/^2\d\d$/.test(status))).toEqual([]);
    const said = await new Response(shell.stdout).text();
    expect(said.match(/"action":\{"type":"sandbox"/g)).toHaveLength(1);
    expect(said.trimEnd().split('\n').at(-1)).toContain('"status":"paid"');
    await stop();
  }, 60_000);

  test('the walk of an organiser in the documents works as it is written, on an empty database', async () => {
    const { ports, stop } = await startWith({ ONSALE_DIR: join(dir, 'empty') }, '--empty');
    let script = shellOf('docs/organisers.md').join('');
    for (const [i, port] of ports.entries()) script = script.replaceAll(`:${8080 + i}`, `:${port}`);
    // A refused request ends the walk; and all that was said stands in one file.
    const said = join(dir, 'said.txt');
    script = script.replaceAll('.onsale/', `${join(dir, 'empty')}/`);
    const strict = `set -eu -o pipefail\ncurl() { command curl -sS --fail-with-body "$@" | tee -a ${said}; }\n`;
    await runProcess(['bash', '-c', strict + script], {});
    const text = readFileSync(said, 'utf8');
    expect(text).toContain('"total":4500,"currency":"EUR"');
    expect(text).toContain('Stalls-A4,Front,held_back');
    expect(text).toContain('STATUS:CANCELLED');
    expect(text).toMatch(/"status":"refunded","tickets":\[/);
    await stop();
  }, 60_000);

  test('a service that is not ready is named with the reason, and there is nothing to paste', async () => {
    const { output, stop } = await startWith({ REDIS_ADDR: '127.0.0.1:1' });
    expect(output()).toMatch(/^Onsale is not ready \(.*\):\n {2}booking: redis is unavailable\n/m);
    expect(output()).not.toContain('curl');
    await stop();
  }, 60_000);

  test('no line to paste lacks a token where booking checks tokens', async () => {
    const { output, stop } = await startWith({ AUTH_JWT_SECRET: 'x'.repeat(32) });
    expect(output().match(/^ {2}curl .*$/gm)).toEqual([expect.stringContaining('/search/events')]);
    await stop();
  }, 60_000);

  test('a page of each service may use the other two', async () => {
    const [eventsPort, bookingPort, searchPort] = await freePorts(3);
    const { stop } = await startWith({
      EVENTS_ADDR: `127.0.0.1:${eventsPort}`,
      BOOKING_ADDR: `127.0.0.1:${bookingPort}`,
      SEARCH_ADDR: `127.0.0.1:${searchPort}`,
    });
    const allowed = async (port: number, origin: string) =>
      (await fetch(`http://127.0.0.1:${port}/livez`, { headers: { Origin: origin } })).headers.get(
        'access-control-allow-origin',
      );
    for (const port of [eventsPort!, bookingPort!, searchPort!]) {
      for (const own of [eventsPort, bookingPort, searchPort].flatMap((at) => [
        `http://127.0.0.1:${at}`,
        `http://localhost:${at}`,
      ])) {
        expect(await allowed(port, own)).toBe(own);
      }
      expect(await allowed(port, 'http://other.example')).toBeNull();
    }
    await stop();
  }, 60_000);

  test('the lines to paste and the walk with Stripe in the documents work at the fake', async () => {
    const bookingPort = await freePort();
    const fake = await startFakeStripe({
      webhook: { url: `http://127.0.0.1:${bookingPort}/webhooks/stripe`, secret: 'whsec_fake' },
    });
    const { output, stop } = await startWith({
      BOOKING_ADDR: `127.0.0.1:${bookingPort}`,
      ONSALE_DIR: join(dir, 'stripe'),
      STRIPE_SECRET_KEY: 'sk_test_fake',
      STRIPE_API_BASE: fake.base,
      STRIPE_WEBHOOK_SECRET: 'whsec_fake',
    });
    const lines = output().match(/^ {2}(curl|card=).*$/gm) ?? [];
    const bought = await runProcess(['sh', '-c', lines.join('\n')], {});
    expect(bought.match(/^HTTP\/1.1 200/gm)).toHaveLength(2);

    const [walk = ''] = shellBlocks('/fake/intents/');
    const script = walk.replaceAll(':8081', `:${bookingPort}`).replaceAll('http://127.0.0.1:12111', fake.base);
    const said = await runProcess(['sh', '-c', script], {});
    expect(said.match(/"status":"\w+"/g)).toEqual(['"status":"paid"', '"status":"paid"', '"status":"succeeded"']);
    await stop();
    await fake.close();
  }, 60_000);

  test('after kill -9 in the middle of sales, every confirmed seat is booked with its buyer, and no seat twice', async () => {
    await start();
    const { event, seats } = await api().freeSeats(100);
    const confirmed = new Map<string, string>();
    const buy = async (ticket: string) => {
      for (const user of [randomUUID(), randomUUID()]) {
        if ((await api().reserve(ticket, user)).status !== 200) continue;
        if ((await api().confirm(ticket, user)).status === 200) confirmed.set(ticket, user);
      }
    };
    const sales = Promise.allSettled(seats.map((seat) => buy(seat.uuid)));
    await eventually(() => confirmed.size > 20);
    await running!.kill();
    await sales;
    const orphan = postmaster().pid;
    expect(isAlive(orphan)).toBe(true);

    await start();
    expect(running!.output()).toContain('taken over from an earlier run');
    expect(running!.output()).toContain('there already');
    expect(postmaster().pid).toBe(orphan);
    const { tickets } = await api().readEvent(event.uuid);
    for (const ticket of confirmed.keys()) expect(tickets.find(({ uuid }) => uuid === ticket)?.status).toBe('booked');
    const db = database();
    const owners = await db.sql`
      select t.uuid as ticket, o.user_uuid as buyer from tickets t join orders o on o.id = t.order_id
      where t.status = 'booked' and o.status = 'paid'`;
    const buyerOf = new Map(owners.map((row) => [row.ticket, row.buyer]));
    for (const [ticket, user] of confirmed) expect(buyerOf.get(ticket)).toBe(user);
    const [twice] = await db.sql`
      select count(*)::int as n from (select ticket_id from order_tickets ot join orders o on o.id = ot.order_id
      where o.status in ('paid', 'pending') group by 1 having count(*) > 1) x`;
    expect(twice!.n).toBe(0);
    await db.close();
  }, 60_000);

  test('a killed PostgreSQL restarts by itself, with all sales', async () => {
    const { event, seats } = await api().freeSeats(1);
    const [ticket, user] = [seats[0]!.uuid, randomUUID()];
    await api().reserve(ticket, user);
    expect((await api().confirm(ticket, user)).status).toBe(200);
    const { pid } = postmaster();
    process.kill(pid, 'SIGKILL');
    await eventually(async () => (await api().status(event.uuid, ticket)) === 'booked' && postmaster().pid !== pid);
    const next = (await api().freeSeats(1)).seats[0]!.uuid;
    expect((await api().reserve(next, user)).status).toBe(200);
  }, 60_000);

  test('a second start in the same folder is refused with the pid of the first', async () => {
    const refused = runProcess(main, { ...anyPorts, ONSALE_DIR: dir });
    await expect(refused).rejects.toThrow(/process \d+/);
    expect((await api().list()).status).toBe(200);
  }, 60_000);

  test('kill -9 of everything, PostgreSQL too: the next start finds its data', async () => {
    const { pid } = postmaster();
    await running!.kill();
    process.kill(pid, 'SIGKILL');
    await start();
    expect(running!.output()).toContain('there already');
    expect((await api().freeSeats(1)).seats).toHaveLength(1);
  }, 60_000);

  test('a Ctrl-C that comes several times at once, as it does through npm, still ends everything in order', async () => {
    const { pid } = postmaster();
    expect(await running!.stop(['SIGINT', 'SIGINT', 'SIGTERM'])).toBe(0);
    expect(isAlive(pid)).toBe(false);
  }, 60_000);

  test('it ends in order when its launcher is killed and can’t pass on a signal', async () => {
    running = await startProcess(
      ['sh', '-c', '"$0" "$@"; true', ...main],
      { ...anyPorts, ONSALE_DIR: dir },
      { port: /:(\d+)\/docs/, count: 3 },
    );
    const { pid } = postmaster();
    expect(isAlive(pid)).toBe(true);
    await running.kill();
    await eventually(() => !isAlive(pid));
  }, 60_000);

  test('--reset starts afresh', async () => {
    const { output } = await start('--reset');
    expect(output()).toMatch(/demo seed .* 407 events/);
    const db = database();
    const [row] = await db.sql`select count(*)::int as n from orders`;
    expect(row!.n).toBe(0);
    await db.close();
    await running!.stop();
    running = undefined;
  }, 60_000);
});

test('the walk with Stripe keeps its data apart from the sandbox’s', () => {
  const [block = ''] = shellBlocks('npm run fake:stripe');
  const [, dir] = /^(?=.*STRIPE_SECRET_KEY=).*\bONSALE_DIR=(\S+) .*npm start$/m.exec(block) ?? [];
  expect(dir).toBeString();
  expect(dir).not.toBe(variables.ONSALE_DIR.default);
});

test('npm start warns of unknown variables of the environment', async () => {
  const refused = runProcess(main, {
    ...anyPorts,
    POSTGRES_HOTS: 'x',
    // Of another project, and of a server with TLS: were they read, the start would fail by them.
    DATABASE_URL: 'mysql://db/other',
    PGHOST: 'db.example',
    PGPORT: 'none',
    PGSSLMODE: 'verify-full',
    SERVER_ADDR: ':9000',
    ONSALE_DIR: '/proc/nowhere',
  });
  const message = await refused.then(String, String);
  expect(message).toContain('Note: POSTGRES_HOTS is read by nothing: did you mean POSTGRES_HOST?\n');
  expect(message).toContain('Note: DATABASE_URL is not read by npm start: POSTGRES_HOST is\n');
  expect(message).toContain('Note: PGHOST is not read by npm start: POSTGRES_HOST is\n');
  expect(message).toContain('No database can be kept in /proc/nowhere');
  expect(message).toContain(
    'Note: SERVER_ADDR is not read by npm start: EVENTS_ADDR, BOOKING_ADDR and SEARCH_ADDR are\n',
  );
});

test.each(['--help', '-h'])(
  'npm start -- %s tells what there is, starts nothing and installs nothing',
  async (flag) => {
    for (const file of ['standalone/main.ts', 'scripts/start.mjs']) {
      const said = await runProcess([process.execPath, join(root, file), flag], {});
      expect(said).toMatch(/^Usage: npm start \[-- options\]\n.*--reset.*--watch.*--help, -h.*ONSALE_DIR/s);
      expect(said).not.toContain('Onsale is starting');
    }
  },
);

test('npm start refuses an option that it does not have before it installs anything', async () => {
  const refused = runProcess([process.execPath, join(root, 'scripts/start.mjs'), '--rest'], {});
  await expect(refused).rejects.toThrow(/ended with 1:\nnpm start takes no --rest\.\nUsage: npm start/);
});

test.each(['reset', 'watch'])(
  'npm start --%s, which npm keeps for itself, is refused with how to write it',
  async (name) => {
    const refused = runProcess([process.execPath, join(root, 'scripts/start.mjs')], { [`npm_config_${name}`]: 'true' });
    await expect(refused).rejects.toThrow(`nothing was started: write npm start -- --${name}.`);
  },
);

test('a taken port says which, and which variable moves it', async () => {
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
  const { port } = squatter.address() as { port: number };
  const refused = runProcess(main, { ...anyPorts, BOOKING_ADDR: `127.0.0.1:${port}` });
  await expect(refused).rejects.toThrow(new RegExp(`Port ${port} is taken[\\s\\S]*BOOKING_ADDR`));
  squatter.close();
});

test('wrong variables stop the start with a list that names each', async () => {
  const refused = runProcess(main, {
    ...anyPorts,
    EVENTS_ADDR: 'nowhere',
    SEARCH_ADDR: ':99999',
    TICKET_LOCK_TTL_SECONDS: 'soon',
    POSTGRES_PASSWORD: 'hush',
  });
  const message = await refused.then(String, String);
  for (const line of [
    'EVENTS_ADDR=nowhere: must be host:port or :port',
    'SEARCH_ADDR=:99999: must be host:port or :port',
    'TICKET_LOCK_TTL_SECONDS=soon: must be a whole number from 1 to 86400',
  ]) {
    expect(message).toContain(line);
  }
  expect(message).not.toContain('PostgreSQL  ');
});

test('two services at one port stop the start before anything is there', async () => {
  const message = await runProcess(main, { ...anyPorts, BOOKING_ADDR: ':9000', SEARCH_ADDR: 'localhost:9000' }).catch(
    String,
  );
  expect(message).toContain('BOOKING_ADDR, SEARCH_ADDR: both name port 9000: give each a port of its own');
  expect(message).not.toContain('Onsale is starting');
});

test('a payment provider without its key stops the start before anything is there', async () => {
  const message = await runProcess(main, { ...anyPorts, PAYMENTS: 'stripe' }).then(String, String);
  expect(message).toContain('STRIPE_SECRET_KEY: must be set, for PAYMENTS is stripe');
  expect(message).not.toContain('Onsale is starting');
});
