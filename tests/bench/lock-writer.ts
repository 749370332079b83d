import { randomUUID } from 'node:crypto';
import type { Hold, TicketLocks } from '../../shared/locks/ticket-locks.ts';
import { paced } from './paced.ts';

/** Locks held at a time, of an event that has more seats. */
const maxHeld = 50;

/** Takes and releases locks of an event at a steady rate, seat after seat. Ending it returns the reached rate. */
export function writeLocks(locks: TicketLocks, eventUuid: string, tickets: string[], perSecond: number) {
  const held: Hold[] = [];
  const hold = Math.min(maxHeld, Math.floor(tickets.length / 2));
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
