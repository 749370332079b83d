import { Cluster, type Redis } from 'ioredis';
import { reasonOf, Unfit } from '../errors.ts';
import type { RedisServer } from './client.ts';
import { lacking, needed, serverName } from './refusals.ts';

/**
 * How long a check tries: a passing refusal is retried until then, and must be reported before `/readyz` times out.
 */
export const checkDeadlineMs = 750;

/**
 * Does `work` on the server, or on each primary of a cluster. Resolves when one of them has done it: only the events of
 * the others can't be sold, while a process that is not ready would sell none. Throws `unavailable`, or `Unfit` with a
 * reason, which names those of the `commands` that a server lacks.
 */
export async function checkEach(
  redis: RedisServer,
  work: (node: Redis) => Promise<unknown>,
  commands: string[],
): Promise<void> {
  const nodes = redis.primaries();
  if (nodes.length === 0) return redis.ping(checkDeadlineMs);
  const works = nodes.map((node) =>
    redis.run(() => work(node), checkDeadlineMs).catch((error) => explained(node, error, commands)),
  );
  await Promise.any(works).catch(({ errors }: AggregateError) => {
    throw errors.find((error) => reasonOf(error) !== undefined) ?? errors[0];
  });
}

/** Rethrows it, with the missing command, or the name of a server that is too old. */
async function explained(node: Redis, error: unknown, commands: string[]): Promise<never> {
  if (reasonOf(error) !== needed) throw error;
  const known = await node.call('COMMAND', 'INFO', ...commands).catch(() => []);
  const missing = commands.filter((_, i) => Array.isArray(known) && known[i] === null);
  if (missing.length > 0 && lacking(missing) !== needed) throw new Unfit(lacking(missing), error);
  const name = await node.info('server').then(serverName, () => undefined);
  throw name ? new Unfit(`${needed}; this is ${name}`, error) : error;
}

/**
 * Throws `Unfit` unless the address leads to the whole store: a single node of a cluster has only some of the events.
 */
export async function checkWhole({ client, run }: RedisServer): Promise<void> {
  if (client instanceof Cluster) return;
  const info = await run(() => client.cluster('INFO'), checkDeadlineMs).catch(() => '');
  const size = Number(/^cluster_size:(\d+)/m.exec(String(info))?.[1] ?? 0);
  if (size > 1) {
    throw new Unfit(
      `REDIS_ADDR names one node of a Redis cluster of ${size}: name several, with commas between them, or set REDIS_CLUSTER=true`,
    );
  }
}

/**
 * Returns a sentence when a server may evict a held seat, which costs no buyer a paid seat; undefined when not, or when
 * the server does not show its settings. Throws `unavailable`.
 */
export async function evictionWarning({ primaries, ping }: RedisServer): Promise<string | undefined> {
  await ping();
  for (const node of primaries()) {
    const info = await node.info('memory').catch(() => '');
    const policy = /^maxmemory_policy:(allkeys-\S+)/m.exec(info)?.[1];
    if (!policy || /^maxmemory:0\b/m.test(info)) continue;
    return `Redis may drop held seats to make room (maxmemory-policy ${policy}): set maxmemory-policy volatile-lru`;
  }
  return undefined;
}
