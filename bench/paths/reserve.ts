import { randomUUID } from 'node:crypto';
import { type Comparison, compare } from '../compare.ts';
import { makeEvent, ticketsOf } from '../events.ts';
import type { Server } from '../processes.ts';
import { ready } from '../ready.ts';
import type { Path } from '../section.ts';
import type { World } from '../world.ts';

const path = '/api/v1/booking/tickets/reserve';
const connections = 128;
/** More than two seconds of reservations on a fast machine. */
const seatsPerRound = 12_000;

export const reserve: Path = {
  name: 'reserve',
  about:
    `\`POST ${path}\`, locks in PostgreSQL. “Distinct seats”: each request is the first ever for its seat, each by another ` +
    'user, and gets it. “One seat”: a rush of users for a seat that somebody holds; all are refused. The floor reads the ' +
    'JSON and answers the same.',
  run: (world) =>
    world.withServers(world.startService('booking'), async (server) => {
      await ready(server.port);
      return { comparisons: [await distinctSeats(world, server), await oneSeat(world, server)], findings: [] };
    }),
};

async function distinctSeats(world: World, server: Server): Promise<Comparison> {
  const { db, extent, progress } = world;
  progress.begin('reserve, distinct seats');
  const eventUuid = await makeEvent(db, 'A stadium to fill', 1 + seatsPerRound * (extent.rounds + 1));
  const [first, ...tickets] = await ticketsOf(db, eventUuid);
  const comparison = await compare(world, {
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
async function checkLocks({ db }: World, eventUuid: string, { ours }: Comparison): Promise<void> {
  const [row] = await db.sql<{ count: number }[]>`
    select count(distinct owner)::int as count from ticket_locks where event_uuid = ${eventUuid}`;
  const counted = ours.reduce((sum, { statuses }) => sum + (statuses[200] ?? 0), 0);
  // The warm-up's and the example's are there too.
  if (row!.count <= counted)
    throw new Error(`${counted} reservations were answered, but ${row!.count} locks are there`);
}

async function oneSeat(world: World, server: Server): Promise<Comparison> {
  world.progress.begin('reserve, one seat');
  const ticket = await heldSeat(world, server);
  return compare(world, {
    name: 'reserve, one seat (refused)',
    server,
    connections,
    status: 409,
    example: { path, body: { ticket_uuid: ticket, user_uuid: randomUUID() } },
    source: () => ({ kind: 'reserve', path, tickets: [ticket] }),
  });
}

/** A seat that somebody holds. */
export async function heldSeat({ db }: World, server: Server): Promise<string> {
  const [ticket] = await ticketsOf(db, await makeEvent(db, 'The last seat', 1));
  const body = JSON.stringify({ ticket_uuid: ticket, user_uuid: randomUUID() });
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { method: 'POST', headers, body });
  if (answer.status !== 200) throw new Error(`the seat could not be held: ${answer.status}`);
  return ticket!;
}
