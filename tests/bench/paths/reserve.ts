import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Comparison, compare } from '../compare.ts';
import { makeEvent, ticketsOf } from '../events.ts';
import { type Server, startServer } from '../processes.ts';
import { ready } from '../ready.ts';
import type { Path } from '../section.ts';
import { bun, root, type World } from '../world.ts';

const path = '/api/v1/booking/tickets/reserve';
const connections = 128;
/** More than two seconds of reservations on a fast machine. */
const seatsPerRound = 12_000;

const requests =
  '“Distinct seats”: each request is the first ever for its seat, each by another user, and gets it. “One seat”: a rush of ' +
  'users for a seat that somebody holds; all are refused.';

export const reserve: Path = {
  name: 'reserve',
  about: `\`POST ${path}\`, locks in PostgreSQL. ${requests} The floor reads the JSON and returns the same.`,
  run: (world) =>
    world.withServers(world.startService('booking'), async (server) => {
      await ready(server.port);
      return { comparisons: [await distinctSeats(world, server), await oneSeat(world, server)], findings: [] };
    }),
};

export const reserveOnRedis: Path = {
  name: 'reserve-redis',
  about:
    `\`POST ${path}\`, locks in Redis. ${requests} The floor is a bare Hono that checks the body with zod and asks Redis ` +
    'for one script that takes a lock; ours also asks the database whether the seat is free.',
  run: (world) =>
    world.withServers(world.startService('booking'), async (server) => {
      await ready(server.port);
      return world.withServers(
        startServer([bun, join(root, 'tests', 'bench', 'floor-redis.ts')], world.databaseEnv),
        async (floor) => ({
          comparisons: [
            await distinctSeats(world, server, { floor, aim: 0.6 }),
            await oneSeat(world, server, { floor, aim: 0.75 }),
          ],
          findings: [],
        }),
      );
    }),
};

type Judged = { floor?: Server; aim?: number };

async function distinctSeats(world: World, server: Server, judged: Judged = {}): Promise<Comparison> {
  const { db, extent, progress } = world;
  progress.begin('reserve, distinct seats');
  const eventUuid = await makeEvent(db, 'A stadium to fill', 1 + seatsPerRound * (extent.rounds + 1));
  const [first, ...tickets] = await ticketsOf(db, eventUuid);
  const comparison = await compare(world, {
    ...judged,
    name: 'reserve, distinct seats',
    server,
    connections,
    limit: seatsPerRound,
    example: { path, body: { ticket_uuid: first, user_uuid: randomUUID() } },
    source: (round) => ({
      kind: 'reserve',
      path,
      tickets: tickets.slice(round * seatsPerRound, (round + 1) * seatsPerRound),
    }),
  });
  await checkLocks(world, eventUuid, comparison);
  return comparison;
}

/** Every 200 is a lock, of a seat of its own. */
async function checkLocks({ locks }: World, eventUuid: string, { ours }: Comparison): Promise<void> {
  const there = new Set(await locks.list(eventUuid)).size;
  const counted = ours.reduce((sum, { statuses }) => sum + (statuses[200] ?? 0), 0);
  // Includes those of the warm-up and the example.
  if (there <= counted) throw new Error(`${counted} reservations were answered, but ${there} locks are there`);
}

async function oneSeat(world: World, server: Server, judged: Judged = {}): Promise<Comparison> {
  world.progress.begin('reserve, one seat');
  const ticket = await heldSeat(world, server);
  return compare(world, {
    ...judged,
    name: 'reserve, one seat (refused)',
    server,
    connections,
    status: 409,
    example: { path, body: { ticket_uuid: ticket, user_uuid: randomUUID() } },
    source: () => ({ kind: 'reserve', path, tickets: [ticket] }),
  });
}

/** A held seat. */
export async function heldSeat({ db }: World, server: Server): Promise<string> {
  const [ticket] = await ticketsOf(db, await makeEvent(db, 'The last seat', 1));
  const body = JSON.stringify({ ticket_uuid: ticket, user_uuid: randomUUID() });
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { method: 'POST', headers, body });
  if (answer.status !== 200) throw new Error(`the seat could not be held: ${answer.status}`);
  return ticket!;
}
