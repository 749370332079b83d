import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { connect, type Socket } from 'node:net';
import { postgresSeatFeed } from '../../shared/feed/postgres.ts';
import { silentLog } from '../../shared/process/log.ts';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { type MadeEvent, makeEvent } from '../../shared/testing/factories.ts';
import { type Started, startProcess } from '../../tests/rig/process.ts';
import { postgresEnv, runners } from '../../tests/rig/targets.ts';
import { readLive } from './live.harness.ts';

setDefaultTimeout(120_000);

// Things that clients can do to a listening service without ever reading a response, each many times.

const noiseBytes = 40 * 1024 * 1024;

let database: TestDatabase;
let event: MadeEvent;
let service: Started;
let port: number;
beforeAll(async () => {
  database = await testDatabase();
  event = await makeEvent(database.sql, { seats: 500 });
  await database.sql`update tickets set status = 'booked'`;
  service = await startEvents('bun');
  port = service.ports[0]!;
});
afterAll(async () => {
  expect(await service.stop()).toBe(0);
  await database.drop();
});

const startEvents = (kind: 'bun' | 'deno', env = {}) =>
  startProcess(runners[kind]('events'), {
    ...postgresEnv(database.config),
    SERVER_ADDR: '127.0.0.1:0',
    LOG_REQUESTS: 'false',
    ...env,
  });

async function metrics(of = port) {
  const text = await (await fetch(`http://127.0.0.1:${of}/metrics`)).text();
  const value = (name: string) => Number(new RegExp(`^${name}\\{.*\\} (\\S+)$`, 'm').exec(text)?.[1]);
  return { viewers: value('live_viewers'), bytes: value('process_resident_memory_bytes') };
}

/** Does `work` until the memory of the process is steady, then `times` times, and compares. */
async function leavesNothing(times: number, work: (times: number) => Promise<void>): Promise<void> {
  await work(times / 5);
  await eventually(async () => expect((await metrics()).viewers).toBe(0));
  const before = await metrics();
  await work(times);
  await eventually(async () => expect((await metrics()).viewers).toBe(0));
  await eventually(async () => expect((await metrics()).bytes - before.bytes).toBeLessThan(noiseBytes));
}

const view = () => `/api/v1/management/events/${event.uuid}`;
/** A watcher that is left behind is some 10 kB, and 70 kB with its 500 seats. */
const routes: [name: string, times: number, path: () => string][] = [
  ['a stream of live seats', 10_000, () => `${view()}/live`],
  ['an event’s page', 5000, view],
  ['the list', 2000, () => '/api/v1/management/events'],
  ['the documentation', 5000, () => '/docs'],
  ['a probe', 5000, () => '/readyz'],
];

const request = (method: string, path: string, more = '') =>
  `${method} ${path} HTTP/1.1\r\nHost: onsale\r\n${more}\r\n`;

async function open(to = port): Promise<Socket> {
  const socket = connect(to, '127.0.0.1');
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

/** Calls `work` for each number below `count`, ten at a time. */
async function tenAtATime(count: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: 10 }, worker));
}

for (const [name, times, path] of routes) {
  test(`HEAD of ${name} leaves nothing behind`, () =>
    leavesNothing(times, async (count) => {
      const heads = await Promise.all(Array.from({ length: 10 }, async () => headsOn(await open())));
      let left = count;
      await Promise.all(
        heads.map(async ({ head, end }) => {
          while (left-- > 0) expect(await head(path())).toStartWith('HTTP/1.1 200');
          end();
        }),
      );
    }));

  test(`a client of ${name} that goes at any byte of its request or of the response leaves nothing behind`, () => {
    // A short response ends before so many bytes have come, and then the connection does.
    const text = request('GET', path(), 'Connection: close\r\n');
    return leavesNothing(times / 2, (count) =>
      tenAtATime(count, async (i) => {
        const socket = await open();
        // Up to the whole request, and then after ever more of the response.
        const step = i % (text.length + 100);
        socket.write(text.slice(0, step));
        await until(socket, (step - text.length) * 25);
        socket.destroy();
      }),
    );
  });
}

for (const kind of ['bun', 'deno'] as const) {
  test(`on ${kind}, HEAD of a stream has GET’s status and type and no length, and its connection serves on`, async () => {
    const service = await startEvents(kind);
    const { head, end } = headsOn(await open(service.ports[0]!));
    for (let times = 0; times < 3; times++) {
      const said = await head(`/api/v1/management/events/${event.uuid}/live`);
      expect(said).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(said).toMatch(/^content-type: text\/event-stream\r$/im);
      expect(said).not.toMatch(/^content-length:/im);
    }
    expect(await head('/livez')).toMatch(/^content-length: 15\r$/im);
    end();
    expect(await service.stop()).toBe(0);
  });

  test(`on ${kind}, a viewer that never reads is ended, and one that reads is not`, async () => {
    const watched = await makeEvent(database.sql, { seats: 3000 });
    const feed = postgresSeatFeed(database.db, silentLog);
    const slow = await startEvents(kind, { SERVER_READ_TIMEOUT: '1s', SERVER_WRITE_TIMEOUT: '1s' });
    const [to, path] = [slow.ports[0]!, `/api/v1/management/events/${watched.uuid}/live`];
    const reader = readLive(await fetch(`http://127.0.0.1:${to}${path}`));
    const unread = await Promise.all(Array.from({ length: 10 }, () => open(to)));
    for (const socket of unread) socket.pause().write(request('GET', path));
    await eventually(async () => expect((await metrics(to)).viewers).toBe(11));
    // Bytes on their way to somebody fill the buffers of both ends at last.
    await eventually(async () => {
      await database.sql`
        update tickets set status = case status when 'booked' then 'available' else 'booked' end
        where event_id = ${watched.id}`;
      feed.publish(watched.uuid);
      return (await metrics(to)).viewers === 1;
    }, 60_000);
    expect(reader.hasEnded()).toBe(false);
    await reader.close();
    for (const socket of unread) socket.destroy();
    await feed.close();
    expect(await slow.stop()).toBe(0);
  });
}

/** HEAD requests one after the other on a connection. */
function headsOn(socket: Socket) {
  let text = '';
  let heard = () => {};
  socket.setEncoding('utf8').on('data', (data) => {
    text += data;
    if (text.endsWith('\r\n\r\n')) heard();
  });
  return {
    async head(path: string): Promise<string> {
      text = '';
      const whole = new Promise<void>((resolve) => {
        heard = resolve;
      });
      socket.write(request('HEAD', path));
      await whole;
      return text;
    },
    end: () => socket.destroy(),
  };
}

/** Resolves when so many bytes have come, or the socket has closed; at once for none. */
async function until(socket: Socket, bytes: number): Promise<void> {
  if (bytes <= 0) return;
  let came = 0;
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
    socket.on('data', (data) => {
      came += data.length;
      if (came >= bytes) resolve();
    });
  });
}
