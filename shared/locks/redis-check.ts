import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { checkEach, checkWhole } from '../redis/checks.ts';
import type { RedisServer } from '../redis/client.ts';
import { keysOf } from './redis.ts';
import { commandsInScripts, type Scripts, withScripts } from './redis-scripts.ts';

/** How long a lock is held that nothing gives back: where the process ends between the two. */
const ttlMs = 1000;
/** Of three nodes each has a third of the events, so that this many tries find one of a node's own, or it has none. */
const maxTries = 100;

/**
 * A check that takes a lock as a buyer does, and gives it back: it throws `unavailable`, or `Unfit` with a reason, when no lock can
 * be had, although Redis answers. In a cluster, when none of its nodes gives one.
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
    // At once: each of them may take as long as a check may.
    await Promise.all([checkEach(redis, takeOne, commandsInScripts), checkWhole(redis)]);
  };
}

async function takeAndRelease(scripts: Scripts, eventUuid: string): Promise<void> {
  const [ticket, owner, token, note] = [randomUUID(), 'ready', randomUUID(), 'ready'];
  const keys = keysOf(eventUuid);
  const mine = `ticket_locks_of:{${eventUuid}}:${owner}`;
  // Without a limit: to forget what an owner held before is a write that a full Redis allows, and then it allows all.
  await scripts.acquireTicketLocks(...keys, mine, owner, token, ttlMs, 0, note, ticket);
  await scripts.releaseTicketLocks(...keys, 1, ticket, token);
}
