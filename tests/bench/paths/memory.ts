import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { arenaEventUuid, demoEventUuid, stadiumEventUuid } from '../../../drizzle/seed/demo.ts';
import { makeEvent, ticketsOf } from '../events.ts';
import { type Memory, memoryOf, type Server, startServer } from '../processes.ts';
import { ready } from '../ready.ts';
import type { Finding, Path } from '../section.ts';
import { bun, root, type World } from '../world.ts';

const aimMb = 250;

type Ports = { events?: number; booking?: number; search?: number };

export const memory: Path = {
  name: 'memory',
  about:
    'Resident memory of the standalone process (all three services, the demo’s 407 events, a PostgreSQL elsewhere that is ' +
    'not counted), and of each service alone: after its start, and after a mixed load: event pages (small, 2,000 and 20,000 ' +
    'seats), lists, searches (cached and not), reservations. “Own” is what is not mapped from files: about 45 MB of every ' +
    'process is the Bun binary, which processes share.',
  async run(world) {
    const findings: Finding[] = [];
    world.progress.begin('memory, standalone');
    await world.withServers(startStandalone(world.databaseEnv), async (server) => {
      const [events, booking, search] = server.ports as [number, number, number];
      findings.push(...(await beforeAndAfter(world, 'standalone', server, { events, booking, search }, aimMb)));
    });
    for (const name of ['events', 'booking', 'search'] as const) {
      world.progress.begin(`memory, ${name}`);
      await world.withServers(world.startService(name), async (server) => {
        findings.push(...(await beforeAndAfter(world, name, server, { [name]: server.port })));
      });
    }
    return { comparisons: [], findings };
  },
};

/** The process of `npm start`; its ports are those of events, booking and search. */
export function startStandalone(env: Record<string, string>): Promise<Server> {
  const anywhere = { EVENTS_ADDR: '127.0.0.1:0', BOOKING_ADDR: '127.0.0.1:0', SEARCH_ADDR: '127.0.0.1:0' };
  const command = [bun, join(root, 'standalone', 'main.ts')];
  return startServer(command, { ...anywhere, ...env }, { port: /:(\d+)\/docs/g, count: 3 });
}

export async function beforeAndAfter(world: World, name: string, server: Server, ports: Ports, aim?: number) {
  for (const port of Object.values(ports)) await ready(port);
  await Bun.sleep(1000);
  const before = memoryOf(server.pid);
  world.progress.say('under load');
  const requests = await mixedLoad(world, ports);
  await Bun.sleep(2000);
  const after = memoryOf(server.pid);
  if (!before || !after) return [{ what: name, value: 'told on Linux only' }];
  const text = ({ residentMb, ownMb }: Memory) => `${residentMb.toFixed(0)} MB (own ${ownMb.toFixed(0)})`;
  const judged = (mb: number) => (aim ? { aim: `≤ ${aim} MB`, met: mb <= aim } : {});
  return [
    { what: `${name}: after its start`, value: text(before), ...judged(before.residentMb) },
    {
      what: `${name}: after ${requests.toLocaleString('en')} requests`,
      value: `${text(after)}, at most ${after.peakMb.toFixed(0)} MB meanwhile`,
      ...judged(after.residentMb),
    },
  ];
}

/** Sends a few thousand requests of every kind to the running services; returns how many. */
async function mixedLoad({ db, generator, extent }: World, { events, booking, search }: Ports): Promise<number> {
  const share = extent.quick ? 0.1 : 1;
  const page = (uuid: string) => `/api/v1/management/events/${uuid}`;
  const get = (port: number | undefined, count: number, paths: string[]) =>
    port && {
      port,
      requests: count * share,
      source: { kind: 'list' as const, requests: paths.map((path) => ({ path })) },
    };
  const seats = booking ? await ticketsOf(db, await makeEvent(db, 'Remembered', 1000)) : [];
  const some = await db.sql<{ uuid: string }[]>`select uuid from events order by md5(uuid) limit 200`;
  const loads = [
    get(events, 2000, [demoEventUuid, ...some.map(({ uuid }) => uuid)].map(page)),
    get(events, 1000, [page(arenaEventUuid), page(arenaEventUuid), page(arenaEventUuid), page(stadiumEventUuid)]),
    get(events, 500, ['/api/v1/management/events', '/api/v1/management/events?limit=100']),
    booking && {
      port: booking,
      requests: 1000 * share,
      source: { kind: 'reserve' as const, path: '/api/v1/booking/tickets/reserve', tickets: seats },
    },
    get(search, 1000, ['madison', 'coldplay', 'jazz', 'accor', ''].map(searchPath)),
    get(
      search,
      1000,
      Array.from({ length: 1000 }, () => searchPath(`${randomUUID().slice(0, 6)} gardn`)),
    ),
  ];
  let done = 0;
  for (const load of loads) {
    if (!load) continue;
    const { answered } = await generator.run({ ...load, connections: 32, ms: 60_000 }, 200);
    done += answered;
  }
  return done;
}

const searchPath = (q: string) => `/api/v1/search/events?q=${encodeURIComponent(q)}`;
