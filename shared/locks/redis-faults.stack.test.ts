import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { randomBytes, randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { redisCache } from '../cache/redis.ts';
import { isAppError } from '../errors.ts';
import { openRedis, type RedisServer } from '../redis/client.ts';
import { eventually } from '../testing/eventually.ts';
import { type OwnRedis, startRedis } from '../testing/redis-server.ts';
import { redisLocksHarness } from './redis.harness.ts';
import { redisTicketLocks } from './redis.ts';
import { ticketLocksCases } from './ticket-locks.conformance.ts';
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
    server = await startRedis('--enable-debug-command', 'local');
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

  test('a lock whose first response was lost does not count as repeated', async () => {
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

  test('a loser of a race costs one call', async () => {
    const harness = await redisLocksHarness(config());
    const [event, ticket] = [randomUUID(), randomUUID()];
    await harness.otherProcess.acquire(wanted('ann', event, ticket));
    await harness.locks.acquire(wanted('bob', event, ticket));
    const before = harness.calls();
    for (let i = 0; i < 10; i++) await harness.locks.acquire(wanted(`user ${i}`, event, ticket));
    expect(harness.calls() - before).toBe(10);
    await harness.close();
  });

  test('a restart that lost everything: tickets are free again, and late tokens change nothing', async () => {
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

  test('hung: refused as unavailable; when it is back it works by itself and has every lock', async () => {
    const [event, ticket] = [randomUUID(), randomUUID()];
    await locks.acquire(wanted('ann', event, ticket));
    server.hang();
    try {
      const refused = await locks.acquire(wanted('bob', event, ticket)).catch((error) => error);
      expect(isAppError(refused, 'unavailable')).toBe(true);
      // Only the first ones wait: one after another, these would take longer than the test may.
      for (let i = 0; i < 1000; i++) {
        const unlisted = await locks.list(event).catch((error) => error);
        expect(isAppError(unlisted, 'unavailable')).toBe(true);
      }
    } finally {
      server.wake();
    }
    expect(await eventually(() => locks.list(event))).toEqual([ticket]);
  });

  test('loading its data: a call waits until it is done', async () => {
    const [event, tickets] = [randomUUID(), [randomUUID(), randomUUID()]];
    await locks.acquire(wanted('ann', event, tickets[0]!));
    for (const key of 'abcdefgh') await server.command('SET', `loads ${key}`, randomBytes(2000).toString('hex'));
    await server.command('CONFIG', 'SET', 'key-load-delay', '50000', 'loading-process-events-interval-bytes', '1024');
    const loading = server.command('DEBUG', 'RELOAD');
    await eventually(async () => expect(String(await redis.client.get('loads a').catch(String))).toContain('LOADING'));
    const answer = await locks.acquire(wanted('bob', event, ...tickets));
    await loading;
    expect(answer).toEqual({ ok: false, conflicts: [tickets[0]!] });
  });

  test('a lock that Redis itself lets expire is free, and is swept once', async () => {
    const [event, tickets] = [randomUUID(), Array.from({ length: 20 }, () => randomUUID())];
    for (const ticket of tickets) await locks.acquire({ ...wanted('ann', event, ticket), ttlMs: 20 });
    await eventually(async () => (await locks.list(event)).length === 0);
    const others = [1, 2, 3].map(() => openRedis(config()));
    const told: string[] = [];
    await eventually(async () => {
      const answers = await Promise.all([redis, ...others].map((one) => redisTicketLocks(one).purgeExpired()));
      told.push(...answers.flat().map((lock) => lock.ticketUuid));
      return told.length >= tickets.length;
    });
    expect(told.sort()).toEqual(tickets.sort());
    await Promise.all(others.map((one) => one.close()));
  });

  test('a full memory evicts caches for locks, and no lock', async () => {
    const kept = redisCache(redis);
    await server.command('CONFIG', 'SET', 'maxmemory-policy', 'volatile-lru', 'maxmemory', '6mb');
    const held = Array.from({ length: 50 }, () => [randomUUID(), randomUUID()] as const);
    for (const [event, ticket] of held) {
      await kept.set(`event:${event}`, 'x'.repeat(200_000), 60_000);
      expect((await locks.acquire(wanted('ann', event, ticket))).ok).toBe(true);
    }
    for (const [event, ticket] of held) expect(await locks.list(event)).toEqual([ticket]);
    const found = await Promise.all(held.map(([event]) => kept.get(`event:${event}`)));
    expect(found).toContain(undefined);
    await server.command('CONFIG', 'SET', 'maxmemory', '0');
  });

  /** Checks whether the tickets are free, then writes: two round trips, between which others write. */
  const checkThenSet = (on: RedisServer): TicketLocks => ({
    ...redisTicketLocks(on),
    acquire: async ({ eventUuid, ticketUuids, owner }) => {
      const key = `ticket_locks:{${eventUuid}}`;
      const taken = await on.run(() => on.client.hmget(key, ...ticketUuids));
      const conflicts = ticketUuids.filter((_, i) => taken[i] && taken[i] !== owner);
      if (conflicts.length > 0) return { ok: false, conflicts };
      for (const ticket of ticketUuids) await on.client.hset(key, ticket, owner);
      const holds = ticketUuids.map((ticketUuid) => ({ ticketUuid, token: '', expiresAt: 0 }));
      return { ok: true, repeated: false, holds, taken: holds, others: [] };
    },
  });

  /** The original's way: any caller may free a lock. */
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
