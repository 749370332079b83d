import { demoEventUuid, stadiumEventUuid } from '../../../drizzle/seed/demo.ts';
import { type Comparison, compare } from '../compare.ts';
import { makeEvent, ticketsOf } from '../events.ts';
import { writeLocks } from '../lock-writer.ts';
import type { Path } from '../section.ts';
import type { World } from '../world.ts';

const changesPerSecond = 100;

type View = { seats: number; connections: number; aim?: number };

/**
 * A read of the stores is shared by all waiting requests, and in a crowd begins at most every 4 ms: so it takes
 * hundreds of connections to keep a processor busy; with fewer, the waiting is measured. Fewer for larger bodies:
 * hundreds of responses of 2 MB under way would measure memory.
 */
const views: View[] = [
  { seats: 20, connections: 1 },
  { seats: 20, connections: 64 },
  { seats: 20, connections: 512, aim: 0.6 },
  { seats: 1_000, connections: 512, aim: 0.7 },
  { seats: 20_000, connections: 96, aim: 0.8 },
];

export const eventView: Path = {
  name: 'event-view',
  about:
    `\`GET /api/v1/management/events/:uuid\` while ${changesPerSecond} times a second a lock of that event is taken or ` +
    'released (by the bench itself, through the lock adapter, during the floor’s rounds too). Every response shows the ' +
    'locks as of its request.',
  async run(world) {
    const comparisons: Comparison[] = [];
    for (const one of views) comparisons.push(await view(world, await eventOf(world, one.seats), one));
    return { comparisons, findings: [] };
  },
};

async function view(world: World, uuid: string, { seats, connections, aim }: View) {
  const name = `event page, ${seats.toLocaleString('en')} seats, ${connections} connection${connections > 1 ? 's' : ''}`;
  world.progress.begin(name);
  const path = `/api/v1/management/events/${uuid}`;
  const tickets = await ticketsOf(world.db, uuid);
  if (tickets.length !== seats) throw new Error(`expected ${seats} seats, not ${tickets.length}`);
  return world.withServers(world.startService('events'), async (server): Promise<Comparison> => {
    const stop = writeLocks(world.locks, uuid, tickets, changesPerSecond);
    const comparison = await compare(world, {
      name,
      server,
      connections,
      ...(aim && { aim }),
      example: { path },
      source: () => ({ kind: 'list', requests: [{ path }] }),
    }).finally(async () => {
      const reached = await stop();
      if (reached < 0.9 * changesPerSecond) world.progress.warn(`only ${reached.toFixed(0)} lock changes a second`);
    });
    return comparison;
  });
}

function eventOf({ db }: World, seats: number): Promise<string> | string {
  if (seats === 20) return demoEventUuid;
  return seats === 20_000 ? stadiumEventUuid : makeEvent(db, `An evening for ${seats}`, seats);
}
