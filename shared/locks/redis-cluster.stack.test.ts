import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { isAppError } from '../errors.ts';
import { openRedis, type RedisServer } from '../redis/client.ts';
import { eventually } from '../testing/eventually.ts';
import { type OwnCluster, startCluster } from '../testing/redis-cluster.ts';
import { redisLocksHarness } from './redis.harness.ts';
import { redisTicketLocks } from './redis.ts';
import { ticketLocksConformance } from './ticket-locks.conformance.ts';
import type { TicketLocks } from './ticket-locks.ts';

setDefaultTimeout(60_000);

describe('ticket locks in a cluster', () => {
  let cluster: OwnCluster;
  let redis: RedisServer;
  let locks: TicketLocks;
  const config = () => ({ nodes: cluster.nodes.map(({ node }) => node), password: '', database: 0 });
  const wanted = (owner: string, eventUuid: string, ticket: string) => ({
    eventUuid,
    ticketUuids: [ticket],
    owner,
    ttlMs: 60_000,
  });
  beforeAll(async () => {
    cluster = await startCluster();
    redis = openRedis(config());
    locks = redisTicketLocks(redis);
  });
  afterAll(async () => {
    await redis.close();
    await cluster.stop();
  });

  ticketLocksConformance('a Redis cluster of three', () => redisLocksHarness(config()));

  test('one node of the cluster is enough to find the others', async () => {
    const { nodes } = config();
    const few = openRedis({ nodes: [nodes[0]!, '127.0.0.1:1'], password: '', database: 0 });
    for (const place of [0, 1, 2]) expect(await redisTicketLocks(few).list(await eventAt(place))).toEqual([]);
    await few.close();
  });

  test('a slot that moves to another node keeps its locks, and no call fails', async () => {
    const [event, ticket] = [await eventAt(0), randomUUID()];
    await locks.acquire(wanted('ann', event, ticket));
    await cluster.moveSlot(`{${event}}`, cluster.nodes[0]!, cluster.nodes[1]!);
    expect(await locks.list(event)).toEqual([ticket]);
    expect((await locks.acquire(wanted('bob', event, ticket))).ok).toBe(false);
    expect(await locks.acquire(wanted('ann', event, ticket))).toMatchObject({ ok: true, repeated: true });
  });

  test('scripts that every node has forgotten are sent again', async () => {
    for (const place of [0, 1, 2]) {
      const [event, ticket] = [await eventAt(place), randomUUID()];
      await locks.acquire(wanted('ann', event, ticket));
      for (const node of cluster.nodes) await node.command('SCRIPT', 'FLUSH');
      expect((await locks.acquire(wanted('bob', event, ticket))).ok).toBe(false);
    }
  });

  test('a hung node makes its own events unavailable, and no others', async () => {
    const [here, there] = [await eventAt(1), await eventAt(2)];
    const ticket = randomUUID();
    await locks.acquire(wanted('ann', here, ticket));
    cluster.nodes[2]!.hang();
    try {
      const refused = await locks.list(there).catch((error) => error);
      expect(isAppError(refused, 'unavailable')).toBe(true);
      for (let i = 0; i < 200; i++) {
        expect(await locks.list(here)).toEqual([ticket]);
        void locks.list(there).catch(() => {});
      }
    } finally {
      cluster.nodes[2]!.wake();
    }
    expect(await eventually(() => locks.list(there))).toEqual([]);
  });

  test('a node that restarts empty frees its events’ tickets', async () => {
    const [event, ticket] = [await eventAt(1), randomUUID()];
    await locks.acquire(wanted('ann', event, ticket));
    await cluster.nodes[1]!.restartEmpty();
    expect(await eventually(() => locks.list(event), 30_000)).toEqual([]);
    expect((await eventually(() => locks.acquire(wanted('bob', event, ticket)))).ok).toBe(true);
  });

  /** An event whose locks lie on that node. */
  async function eventAt(place: number): Promise<string> {
    for (;;) {
      const event = randomUUID();
      if ((await cluster.placeOf(`{${event}}`)) === place) return event;
    }
  }
});
