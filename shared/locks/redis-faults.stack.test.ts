import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { openRedis, type RedisServer } from '../redis/client.ts';
import { eventually } from '../testing/eventually.ts';
import { type OwnRedis, startRedis } from '../testing/redis-server.ts';
import { redisLocksHarness } from './redis.harness.ts';
import { redisTicketLocks } from './redis.ts';
import { ticketLocksCases, ticketLocksConformance } from './ticket-locks.conformance.ts';
import type { TicketLocks } from './ticket-locks.ts';

setDefaultTimeout(60_000);

describe('ticket locks in a Redis of their own', () => {
  let server: OwnRedis;
  let redis: RedisServer;
  let locks: TicketLocks;
  const config = () => ({ nodes: [server.node], password: '', database: 0 });
  const wanted = (owner: string, eventUuid: string, ...ticketUuids: string[]) => ({
    eventUuid,
    ticketUuids,
    owner,
    ttlMs: 60_000,
  });
  beforeAll(async () => {
    server = await startRedis();
    redis = openRedis(config());
    locks = redisTicketLocks(redis);
  });
  afterAll(async () => {
    await redis.close();
    await server.stop();
  });

  test('scripts that Redis has forgotten are sent again', async () => {
    const [event, ticket] = [randomUUID(), randomUUID()];
    await locks.acquire(wanted('ann', event, ticket));
    await server.command('SCRIPT', 'FLUSH');
    expect((await locks.acquire(wanted('bob', event, ticket))).ok).toBe(false);
    await server.command('SCRIPT', 'FLUSH');
    expect(await locks.held({ eventUuid: event, ticketUuids: [ticket], owner: 'ann' })).toHaveLength(1);
  });

  test('a lock whose first answer was lost is not a repeated one', async () => {
    const client = redis.client as Redis;
    const send = client.sendCommand.bind(client);
    let isLost = false;
    client.sendCommand = (command, stream) => {
      const sent = send(command, stream) as Promise<unknown>;
      if (isLost || command.name !== 'evalsha') return sent;
      isLost = true;
      return sent.then(() => Promise.reject(new Error('Connection is closed.')));
    };
    try {
      const [event, ticket] = [randomUUID(), randomUUID()];
      const answer = await locks.acquire(wanted('ann', event, ticket));
      expect(isLost).toBe(true);
      expect(answer).toMatchObject({ ok: true, repeated: false });
      expect(await locks.acquire(wanted('ann', event, ticket))).toMatchObject({ ok: true, repeated: true });
    } finally {
      client.sendCommand = send;
    }
  });

  test('who comes too late costs one call', async () => {
    const harness = await redisLocksHarness(config());
    const [event, ticket] = [randomUUID(), randomUUID()];
    await harness.otherProcess.acquire(wanted('ann', event, ticket));
    await harness.locks.acquire(wanted('bob', event, ticket));
    const before = harness.calls();
    for (let i = 0; i < 10; i++) await harness.locks.acquire(wanted(`user ${i}`, event, ticket));
    expect(harness.calls() - before).toBe(10);
    await harness.close();
  });

  test('a restart that lost everything: tickets are free again, and late tokens touch nobody', async () => {
    const [event, ticket] = [randomUUID(), randomUUID()];
    const before = await locks.acquire(wanted('ann', event, ticket));
    if (!before.ok) throw new Error('refused');
    await server.restartEmpty();
    expect(await eventually(() => locks.list(event))).toEqual([]);
    expect((await locks.acquire(wanted('bob', event, ticket))).ok).toBe(true);
    expect(await locks.extend({ eventUuid: event, locks: before.holds, ttlMs: 1000 })).toBe(false);
    expect(await locks.release({ eventUuid: event, locks: before.holds })).toBe(0);
    expect(await locks.list(event)).toEqual([ticket]);
  });

  /** Looks whether the tickets are free, then writes: two round trips that others come between. */
  const checkThenSet = (on: RedisServer): TicketLocks => ({
    ...redisTicketLocks(on),
    acquire: async ({ eventUuid, ticketUuids, owner }) => {
      const key = `ticket_locks:{${eventUuid}}`;
      const taken = await on.run(() => on.client.hmget(key, ...ticketUuids));
      const conflicts = ticketUuids.filter((_, i) => taken[i] && taken[i] !== owner);
      if (conflicts.length > 0) return { ok: false, conflicts };
      for (const ticket of ticketUuids) await on.client.hset(key, ticket, owner);
      return {
        ok: true,
        repeated: false,
        holds: ticketUuids.map((ticketUuid) => ({ ticketUuid, token: '', expiresAt: 0 })),
      };
    },
  });

  /** The original's way: whoever asks may free a lock. */
  const ownerless = (on: RedisServer): TicketLocks => ({
    ...redisTicketLocks(on),
    release: ({ eventUuid, locks: named }) =>
      on.run(() => on.client.hdel(`ticket_locks:{${eventUuid}}`, ...named.map((lock) => lock.ticketUuid))),
  });

  test.each([
    ['N parallel takers of one ticket: exactly one owner', checkThenSet],
    ['N parallel takers of overlapping sets: exactly one owner a ticket, all or none', checkThenSet],
    ['a late release can’t free the successor’s lock', ownerless],
  ] as const)('the suite catches a broken adapter: %s', async (title, make) => {
    const harness = await redisLocksHarness(config(), make);
    const outcome = await ticketLocksCases[title]!(harness).then(
      () => 'passed',
      () => 'caught',
    );
    await harness.close();
    expect(outcome).toBe('caught');
  });
});

const slots = 16_384;

describe('in a cluster', () => {
  let nodes: OwnRedis[];
  const config = () => ({ nodes: nodes.map(({ node }) => node), password: '', database: 0 });
  beforeAll(async () => {
    nodes = await Promise.all([0, 1, 2].map(() => startRedis('--cluster-enabled', 'yes')));
    await Promise.all(
      nodes.map(({ command }, i) => command('CLUSTER', 'ADDSLOTSRANGE', String(bound(i)), String(bound(i + 1) - 1))),
    );
    for (const { port } of nodes.slice(1)) await nodes[0]!.command('CLUSTER', 'MEET', '127.0.0.1', String(port));
    await eventually(async () => {
      for (const { command } of nodes) expect(String(await command('CLUSTER', 'INFO'))).toContain('cluster_state:ok');
      for (const { command } of nodes) expect(String(await command('CLUSTER', 'INFO'))).toContain('known_nodes:3');
    }, 30_000);
  });
  afterAll(() => Promise.all(nodes.map((node) => node.stop())));

  const bound = (i: number) => Math.round((i * slots) / 3);

  ticketLocksConformance('a Redis cluster of three', () => redisLocksHarness(config()));

  test('a slot that moves to another node takes its locks along, and nobody notices', async () => {
    const redis = openRedis(config());
    const locks = redisTicketLocks(redis);
    const [event, ticket] = [randomUUID(), randomUUID()];
    const want = (owner: string) => ({ eventUuid: event, ticketUuids: [ticket], owner, ttlMs: 60_000 });
    await locks.acquire(want('ann'));
    const slot = String(await nodes[0]!.command('CLUSTER', 'KEYSLOT', `{${event}}`));
    const from = nodes.findIndex((_, i) => Number(slot) >= bound(i) && Number(slot) < bound(i + 1));
    await moveSlot(slot, nodes[from]!, nodes[(from + 1) % 3]!);
    expect(await locks.list(event)).toEqual([ticket]);
    expect((await locks.acquire(want('bob'))).ok).toBe(false);
    expect(await locks.acquire(want('ann'))).toMatchObject({ ok: true, repeated: true });
    await redis.close();
  });

  async function moveSlot(slot: string, from: OwnRedis, to: OwnRedis): Promise<void> {
    const [fromId, toId] = (await Promise.all([from, to].map((node) => node.command('CLUSTER', 'MYID')))) as string[];
    await to.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId!);
    await from.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId!);
    const keys = (await from.command('CLUSTER', 'GETKEYSINSLOT', slot, '100')) as string[];
    for (const key of keys) await from.command('MIGRATE', '127.0.0.1', String(to.port), key, '0', '5000');
    for (const node of [to, from]) await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', toId!);
  }
});
