import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { openDb } from '../../shared/db/client.ts';
import { testDatabase } from '../../shared/testing/database.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { makeEvent } from '../../shared/testing/factories.ts';
import { startProcess } from '../rig/process.ts';
import { postgresEnv, runners } from '../rig/targets.ts';

for (const kind of ['bun', 'deno'] as const) {
  test(`on ${kind}, SIGTERM lets a request under way finish, takes no new one, and ends with 0`, async () => {
    const database = await testDatabase();
    const ticket = (await makeEvent(database.sql, { seats: 1 })).tickets[0]!;
    const booking = await startProcess(runners[kind]('booking'), {
      ...postgresEnv(database.config),
      SERVER_ADDR: '127.0.0.1:0',
    });
    const base = `http://127.0.0.1:${booking.ports[0]}`;
    const purchase = { ticket_uuid: ticket, user_uuid: randomUUID(), payment_method_uuid: randomUUID() };
    const post = (verb: string) =>
      fetch(`${base}/api/v1/booking/tickets/${verb}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(purchase),
      });
    expect((await post('reserve')).status).toBe(200);

    // A lock on the row keeps the purchase waiting for exactly as long as the test needs.
    const holder = openDb(database.config, { max: 1 });
    const finish = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const holding = holder.sql.begin(async (tx) => {
      await tx`select 1 from tickets where uuid = ${ticket} for update`;
      held.resolve();
      await finish.promise;
    });
    await held.promise;
    const underway = post('confirm');
    await eventually(async () => {
      const [row] = await database.sql`select count(*)::int as n from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`;
      return row!.n > 0;
    });
    const ended = booking.stop();
    await eventually(() => refuses(booking.ports[0]!));
    finish.resolve();
    await holding;
    expect((await underway).status).toBe(200);
    expect(await ended).toBe(0);
    const [row] = await database.sql`select status from tickets where uuid = ${ticket}`;
    expect(row!.status).toBe('booked');
    await holder.close();
    await database.drop();
  }, 30_000);
}

/** Returns whether nobody listens; unlike a request, a connection alone keeps no server from ending. */
function refuses(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(false)).once('error', () => resolve(true));
    socket.once('connect', () => socket.destroy());
  });
}

for (const kind of ['bun', 'deno'] as const) {
  test(`on ${kind}, SIGTERM under load cuts no request: each client is asked to leave first`, async () => {
    const database = await testDatabase();
    const events = await startProcess(runners[kind]('events'), {
      ...postgresEnv(database.config),
      SERVER_ADDR: '127.0.0.1:0',
      LOG_REQUESTS: 'false',
    });
    const agent = new Agent({ keepAlive: true });
    const seen = { answered: 0, asked: 0, cut: 0 };
    const clients = Array.from({ length: 30 }, () => useUntilAsked(events.ports[0]!, agent, seen));
    await eventually(() => seen.answered > 300);
    const ended = events.stop();
    await Promise.all(clients);
    expect(await ended).toBe(0);
    expect({ asked: seen.asked, cut: seen.cut }).toEqual({ asked: 30, cut: 0 });
    agent.destroy();
    await database.drop();
  }, 30_000);
}

/** Repeats requests on connections that are kept, until a response asks to close the connection. */
async function useUntilAsked(port: number, agent: Agent, seen: { answered: number; asked: number; cut: number }) {
  for (let isAsked = false; !isAsked; ) {
    await new Promise<void>((resolve) => {
      const request = get({ host: '127.0.0.1', port, path: '/api/v1/management/events', agent }, (response) => {
        isAsked = response.headers.connection === 'close';
        response.resume().once('end', resolve);
      });
      request.once('error', () => {
        seen.cut++;
        isAsked = true;
        resolve();
      });
    });
    seen.answered++;
  }
  seen.asked++;
}
