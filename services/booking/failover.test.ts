import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { openDb } from '../../shared/db/client.ts';
import { migrate } from '../../shared/db/migrate.ts';
import type { Running } from '../../shared/process/lifecycle.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { type MadeEvent, makeEvent } from '../../shared/testing/factories.ts';
import { type Forwarder, startForwarder } from '../../shared/testing/forwarder.ts';
import { type OwnPostgres, startPostgres } from '../../shared/testing/postgres-server.ts';
import { postgresEnv } from '../../tests/rig/targets.ts';
import { start } from './main.ts';

let first: OwnPostgres;
let second: OwnPostgres;
let standby: OwnPostgres;
let event: MadeEvent;
beforeAll(async () => {
  first = await startPostgres();
  await migrate(first.config);
  const db = openDb(first.config);
  event = await makeEvent(db.sql, { seats: 40 });
  await db.close();
  [second, standby] = (await first.restartWith({}, { standby: true })) as [OwnPostgres, OwnPostgres];
});
afterAll(() => Promise.all([first, second, standby].map((server) => server.stop())));

let address: Forwarder;
let booking: Running;
async function open(server: OwnPostgres) {
  address = await startForwarder(server.config.port);
  const env = postgresEnv({ ...server.config, port: address.port });
  booking = await start({ ...env, SERVER_ADDR: '127.0.0.1:0', LOG_LEVEL: 'fatal' });
}
afterEach(async () => {
  first.wake();
  await booking.stop();
  await address.stop();
});

const post = (path: string, body: object) =>
  fetch(`http://127.0.0.1:${booking.port}/api/v1/booking/tickets/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

/** Reserves and buys the next free ticket; returns the statuses of both responses. */
async function sell(): Promise<number[]> {
  const [ticket_uuid, user_uuid] = [event.tickets.pop()!, randomUUID()];
  const reserved = await post('reserve', { ticket_uuid, user_uuid });
  if (reserved.status !== 200) return [reserved.status];
  const paid = { ticket_uuid, user_uuid, payment_method_uuid: randomUUID() };
  return [200, (await post('confirm', paid)).status];
}

const readyz = async () => {
  const answer = await fetch(`http://127.0.0.1:${booking.port}/readyz`);
  return [answer.status, await answer.json()];
};

const sold = async (server: OwnPostgres) => {
  const db = openDb(server.config);
  const [row] = await db.sql`select count(*)::int as n from tickets where status = 'booked'`;
  await db.close();
  return row!.n;
};

test('booking sells again within seconds of its database’s address leading away from a server that hangs', async () => {
  await open(first);
  expect(await Promise.all(Array.from({ length: 8 }, sell))).toEqual(Array(8).fill([200, 200]));
  first.hang();
  expect((await readyz())[0]).toBe(503);
  address.leadTo(second.config.port);
  const before = await sold(second);
  // Three seconds are promised; a slow machine may take longer.
  await eventually(async () => expect(await sell()).toEqual([200, 200]), 10_000);
  expect(await sold(second)).toBeGreaterThan(before);
  await eventually(async () => expect((await readyz())[0]).toBe(200));
});

test('booking is not ready at a standby, refuses sales for a while, and sells when the address leads to the primary', async () => {
  await open(standby);
  expect(await readyz()).toEqual([
    503,
    {
      status: 'unavailable',
      dependencies: { postgres: 'unavailable', payments: 'unavailable' },
      reasons: expect.objectContaining({ postgres: 'A PostgreSQL that can be written is needed; this is a standby' }),
    },
  ]);
  expect(await sell()).toEqual([503]);
  address.leadTo(second.config.port);
  await eventually(async () => expect(await sell()).toEqual([200, 200]), 10_000);
  await eventually(async () => expect((await readyz())[0]).toBe(200));
});

test('booking shows on /readyz why a write has just failed', async () => {
  await open(second);
  expect(await sell()).toEqual([200, 200]);
  const db = openDb(second.config);
  await db.sql.unsafe(`
    create function refuse() returns trigger language plpgsql as $$
      begin raise sqlstate '53100' using message = 'could not extend file: No space left on device'; end $$;
    create trigger refuse before insert on orders execute function refuse()`);
  expect(await sell()).toEqual([200, 503]);
  expect(await readyz()).toMatchObject([
    503,
    { dependencies: { postgres: 'unavailable' }, reasons: { postgres: 'PostgreSQL has no room left on its disk' } },
  ]);
  await db.sql`drop function refuse cascade`;
  await db.close();
  await eventually(async () => expect((await readyz())[0]).toBe(200));
});
