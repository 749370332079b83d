import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { isAppError } from '../../../../shared/errors.ts';
import { redisTicketLocks } from '../../../../shared/locks/redis.ts';
import { openRedis, type RedisServer } from '../../../../shared/redis/client.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import { type OwnRedis, startRedis } from '../../../../shared/testing/redis-server.ts';
import { type Sale, startSale } from '../../testing.ts';

setDefaultTimeout(60_000);

const [ann, bob] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
const card = randomUUID();

describe('the sale on PostgreSQL, with its locks in Redis', () => {
  let server: OwnRedis;
  let redis: RedisServer;
  let sale: Sale;
  beforeAll(async () => {
    server = await startRedis();
    redis = openRedis({ nodes: [server.node], password: '', database: 0 });
    sale = await startSale(() => ({ locks: redisTicketLocks(redis) }));
  });
  afterAll(async () => {
    await sale.drop();
    await redis.close();
    await server.stop();
  });

  const freeTicket = async () => (await makeEvent(sale.sql, { seats: 1 })).tickets[0]!;
  /** Returns the outcome, an outage too. */
  const answer = (work: Promise<string>) =>
    work.catch((error) => {
      if (isAppError(error, 'unavailable')) return 'unavailable';
      throw error;
    });

  test('a restart that lost everything: held seats are free again, and their former holders can’t buy them any more', async () => {
    const ticket = await freeTicket();
    expect(await sale.reserve(ticket, ann)).toBe('ok');
    expect(await sale.reserve(ticket, bob)).toBe('ticket_not_available');
    await server.restartEmpty();
    await eventually(() => redis.ping().then(() => true));
    expect(await sale.reserve(ticket, bob)).toBe('ok');
    expect(await sale.confirm(ticket, ann, card)).toBe('ticket_not_reserved');
    expect(await sale.confirm(ticket, bob, card)).toBe('ok');
    expect(await sale.reserve(ticket, ann)).toBe('ticket_not_available');
    await sale.audit();
  });

  test('a hung Redis: nobody gets or loses a seat; when it is back the buyer goes on', async () => {
    const ticket = await freeTicket();
    await sale.reserve(ticket, ann);
    server.hang();
    try {
      expect(await answer(sale.reserve(ticket, bob))).toBe('unavailable');
      expect(await answer(sale.confirm(ticket, ann, card))).toBe('unavailable');
    } finally {
      server.wake();
    }
    await eventually(() => redis.ping().then(() => true));
    expect(await sale.confirm(ticket, ann, card)).toBe('ok');
    await sale.audit();
  });

  test('a rush while Redis loses everything again and again: no seat is sold twice, and all are sold', async () => {
    const seats = (await makeEvent(sale.sql, { seats: 400 })).tickets;
    const bought = new Map<string, string[]>(seats.map((seat) => [seat, []]));
    let isOver = false;
    const users = Array.from({ length: 12 }, () => randomUUID());
    const rush = users.map(async (user, i) => {
      for (let n = i * 7; !isOver; n++) {
        const seat = seats[n % seats.length]!;
        if ((await answer(sale.reserve(seat, user))) !== 'ok') continue;
        if ((await answer(sale.confirm(seat, user, card))) === 'ok') bought.get(seat)!.push(user);
      }
    });
    const unsold = async () =>
      (await sale.sql`select 1 from tickets where uuid = any(${seats}) and status = 'available'`).length;
    for (let restarts = 0; restarts < 5; restarts++) {
      const before = await unsold();
      expect(before).toBeGreaterThan(0);
      await server.restartEmpty();
      await eventually(async () => (await unsold()) < before, 30_000);
    }
    await eventually(async () => (await unsold()) === 0, 30_000);
    isOver = true;
    await Promise.all(rush);
    await sale.audit();
    for (const [seat, buyers] of bought) {
      const [row] = await sale.sql`
        select o.user_uuid from tickets t join orders o on o.id = t.order_id where t.uuid = ${seat}`;
      // Repeating one's own purchase returns the same as the first time.
      expect([...new Set([row!.user_uuid, ...buyers])]).toEqual([row!.user_uuid]);
    }
  });
});
