import { expect } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { TestDatabase } from '../../shared/testing/database.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { makeEvent } from '../../shared/testing/factories.ts';
import { type Started, startProcess } from '../rig/process.ts';
import { postgresEnv, runners } from '../rig/targets.ts';

export type Kind = keyof typeof runners;
export const kinds = Object.keys(runners) as Kind[];

type Env = Record<string, string>;

/** Starts a service on a database, with these variables of Redis. */
export async function startOn(kind: Kind, service: 'events' | 'booking', database: TestDatabase, env: Env) {
  const started = await startProcess(runners[kind](service), {
    ...postgresEnv(database.config),
    ...env,
    SERVER_ADDR: '127.0.0.1:0',
    LOG_LEVEL: 'info',
    LOG_REQUESTS: 'false',
  });
  const url = `http://127.0.0.1:${started.ports[0]}`;
  return { ...started, url, readyz: async () => (await fetch(`${url}/readyz`)).json() as Promise<Readiness> };
}

type Readiness = { status: string; dependencies: Record<string, string>; reasons?: Record<string, string> };

/** Events and booking with an event of their own, and a live stream of its seats. */
export async function startShop(kind: Kind, database: TestDatabase, env: Env) {
  const { uuid, tickets } = await makeEvent(database.sql);
  const both = await Promise.all((['events', 'booking'] as const).map((one) => startOn(kind, one, database, env)));
  const [events, booking] = both as [(typeof both)[0], (typeof both)[0]];
  const ready = () =>
    eventually(async () => {
      for (const one of both) expect(await one.readyz()).toMatchObject({ status: 'ok', dependencies: { redis: 'ok' } });
    }, 20_000);
  await ready().catch((error) => {
    throw new Error(both.map(({ output }: Started) => output()).join('\n'), { cause: error });
  });
  const abort = new AbortController();
  const live = await fetch(`${events.url}/api/v1/management/events/${uuid}/live`, { signal: abort.signal });
  let said = '';
  void (async () => {
    for await (const text of live.body!.pipeThrough(new TextDecoderStream())) said += text;
  })().catch(() => {});
  const path = `${booking.url}/api/v1/booking/reservations`;
  const shop = {
    tickets: tickets as [string, string, string],
    ready,
    /** Returns the status of a request of a new buyer for a seat, and where the reservation is. */
    async hold(seat: string) {
      const response = await fetch(path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ user_uuid: randomUUID(), ticket_uuids: [seat] }),
      });
      return { status: response.status, at: `${booking.url}${response.headers.get('location')}` };
    },
    release: async (at: string) => (await fetch(at, { method: 'DELETE' })).status,
    /** Waits until the live stream shows a seat so. */
    shows: (seat: string, status: string) =>
      eventually(() => {
        const words = new RegExp(`"uuid":"${seat}","status":"${status}"`);
        if (!words.test(said)) throw new Error(`the live stream does not show ${status}: ${said}`);
      }),
    /** Holds a seat and gives it back. */
    async work(seat: string) {
      await eventually(() => said.includes('event: taken'));
      const { status, at } = await shop.hold(seat);
      expect(status).toBe(201);
      await shop.shows(seat, 'reserved');
      expect(await shop.release(at)).toBe(204);
      await shop.shows(seat, 'available');
    },
    async stop() {
      abort.abort();
      const codes = await Promise.all(both.map((one) => one.stop()));
      expect(codes).toEqual([0, 0]);
      for (const { output } of both) expect(output()).not.toContain('NOPERM');
    },
  };
  return shop;
}

/** Starts booking, and expects a reason at `/readyz` and in the log. */
export async function refusal(kind: Kind, database: TestDatabase, env: Env, wanted: string): Promise<void> {
  const booking = await startOn(kind, 'booking', database, env);
  try {
    await eventually(async () => {
      expect(await booking.readyz()).toMatchObject({
        status: 'unavailable',
        dependencies: { redis: 'unavailable' },
        reasons: { redis: wanted },
      });
    });
    // And stays so, whatever each next attempt meets.
    for (let again = 0; again < 5; again++) {
      await Bun.sleep(70);
      expect((await booking.readyz()).reasons).toEqual({ redis: wanted });
    }
    await eventually(() => expect(booking.output()).toContain(JSON.stringify(wanted).slice(1, -1)));
  } finally {
    expect(await booking.stop()).toBe(0);
  }
}
