import { randomUUID } from 'node:crypto';
import type { Db } from '../shared/db/client.ts';
import { postgresTicketLocks } from '../shared/locks/postgres.ts';
import type { Hold } from '../shared/locks/ticket-locks.ts';
import { paced } from './paced.ts';

/** Locks held at a time, of an event that has more seats. */
const mostHeld = 50;

/** Takes and releases locks of an event at a steady rate, seat after seat. Ending it answers the rate that it reached. */
export function writeLocks(db: Db, eventUuid: string, tickets: string[], perSecond: number) {
  const locks = postgresTicketLocks(db);
  const held: Hold[] = [];
  const hold = Math.min(mostHeld, Math.floor(tickets.length / 2));
  let n = 0;
  const change = async () => {
    if (held.length < hold) {
      const request = { eventUuid, ticketUuids: [tickets[n++ % tickets.length]!], owner: randomUUID(), ttlMs: 600_000 };
      const lock = await locks.acquire(request);
      if (!lock.ok) throw new Error('a lock that should be free is not');
      held.push(...lock.holds);
    } else await locks.release({ eventUuid, locks: held.splice(0, 1) });
  };
  const stop = paced(perSecond, change);
  return async () => {
    const reached = await stop();
    await locks.release({ eventUuid, locks: held });
    return reached;
  };
}
