import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { checkEach, checkWhole } from '../redis/checks.ts';
import type { RedisServer } from '../redis/client.ts';
import { keysOf } from './redis.ts';
import { commandsInScripts, type Scripts, withScripts } from './redis-scripts.ts';

/** The lifetime of the check's lock, if the process dies before it releases it. */
const ttlMs = 1000;
/** Each of three nodes has a third of the events: if so many tries find none of a node's, it has none. */
const maxTries = 100;

/**
 * Returns a check that takes a lock as a buyer does, and releases it: it throws `unavailable`, or `Unfit` with a
 * reason, when Redis responds but takes no lock; in a cluster, when none of its nodes does.
 */
export function checkRedisLocks(redis: RedisServer): () => Promise<void> {
  const events = new WeakMap<Redis, string>();

  async function takeOne(node: Redis): Promise<void> {
    const scripts = withScripts(node);
    for (let tries = 1; ; tries++) {
      const eventUuid = events.get(node) ?? randomUUID();
      try {
        await takeAndRelease(scripts, eventUuid);
        events.set(node, eventUuid);
        return;
      } catch (error) {
        // Another node's event.
        if (tries === maxTries || !(error instanceof Error && error.message.startsWith('MOVED'))) throw error;
        events.delete(node);
      }
    }
  }

  return async () => {
    // All at once: each of them may take as long as a check may.
    await Promise.all([checkEach(redis, takeOne, commandsInScripts), checkWhole(redis)]);
  };
}

async function takeAndRelease(scripts: Scripts, eventUuid: string): Promise<void> {
  const [ticket, owner, token, note] = [randomUUID(), 'ready', randomUUID(), 'ready'];
  const keys = keysOf(eventUuid);
  const mine = `ticket_locks_of:{${eventUuid}}:${owner}`;
  // Without a limit: a full Redis allows the write that forgets an owner's earlier tickets, and then allows the rest.
  await scripts.acquireTicketLocks(...keys, mine, owner, token, ttlMs, 0, note, ticket);
  await scripts.releaseTicketLocks(...keys, 1, ticket, token);
}
