import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { openDb } from '../../shared/db/client.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { makeEvent } from '../../shared/testing/factories.ts';
import { type Client, client } from '../contract/client.ts';
import { type Answer, balancer, keepBusy } from '../rig/load.ts';
import { type Platform, type Role, startPlatform } from '../rig/platform.ts';

setDefaultTimeout(120_000);

describe('the whole system: three booking, two events, two api and two cdc binaries on the real servers', () => {
  let platform: Platform;
  let db: ReturnType<typeof openDb>;
  let api: Client;
  beforeAll(async () => {
    const roles: Role[] = ['events', 'events', 'booking', 'booking', 'booking', 'api', 'api', 'cdc', 'cdc'];
    platform = await startPlatform({ roles });
    db = openDb(platform.config, { max: 4, deadlineMs: 60_000 });
    api = client(platform.target());
    await eventually(async () => (await total(platform.target().search, 'madison')) > 0);
  });
  afterAll(async () => {
    await db?.close();
    await platform?.stop();
  });

  const verified = () =>
    eventually(async () => expect(await platform.run('search', 'verify')).toContain('agree'), 60_000);
  const on = (role: Role, n: number) => platform.replicas(role)[n]!.url;
  const through = (booking: number) => client({ ...platform.target(), booking: on('booking', booking) });
  const everyApi = (q: string, expected: number) =>
    eventually(async () => {
      const totals = await Promise.all(platform.replicas('api').map(({ url }) => total(url, q)));
      expect(totals).toEqual(totals.map(() => expected));
    });

  test('rows written by SQL become searchable, a venue’s new name on all its events, a deleted event never more', async () => {
    const word = `quokka${randomUUID().slice(0, 8)}`;
    const event = await makeEvent(db.sql, { name: `${word} night` });
    await everyApi(word, 1);
    const hall = `numbat${randomUUID().slice(0, 8)}`;
    await db.sql`update venues set location = ${`${hall} Hall`} where id = ${event.venueId}`;
    await everyApi(hall, 1);
    await db.sql`delete from events where id = ${event.id}`;
    await everyApi(word, 0);
    await everyApi(hall, 0);
  });

  test('each process shows its dependencies and the lag of the index', async () => {
    const ready = async (role: Role) =>
      (await (await fetch(`${on(role, 0)}/readyz`)).json()) as Record<string, unknown>;
    expect(await ready('api')).toEqual({ status: 'ok', dependencies: { index: 'ok', redis: 'ok' } });
    expect(await ready('cdc')).toMatchObject({
      status: 'ok',
      dependencies: { index: 'ok', index_writes: 'ok', postgres: 'ok', kafka: 'ok' },
      lag: { changes: expect.any(Number), seconds: expect.any(Number) },
    });
    expect(await ready('booking')).toMatchObject({ status: 'ok', dependencies: { postgres: 'ok', redis: 'ok' } });
    expect(await metric(on('cdc', 0), 'cdc_lag_changes')).toBeGreaterThanOrEqual(0);
  });

  test('a response that one process has cached is no longer returned by any when the event has changed', async () => {
    const word = `bilby${randomUUID().slice(0, 8)}`;
    const event = await makeEvent(db.sql, { name: `${word} one` });
    await everyApi(word, 1);
    const names = async (url: string) => {
      const { events } = (await (await fetch(`${url}${api.paths.search}?q=${word}`)).json()) as {
        events: { name: string }[];
      };
      return events.map(({ name }) => name);
    };
    for (const { url } of platform.replicas('api')) expect(await names(url)).toEqual([`${word} one`]);
    await db.sql`update events set name = ${`${word} two`} where id = ${event.id}`;
    for (const { url } of platform.replicas('api')) {
      await eventually(async () => expect(await names(url)).toEqual([`${word} two`]));
    }
  });

  test('a seat held through one booking process is taken for the others, and reserved on every event page', async () => {
    const { uuid, tickets } = await makeEvent(db.sql, { seats: 2 });
    const [ann, bob] = [randomUUID(), randomUUID()];
    expect((await through(0).reserve(tickets[0]!, ann)).status).toBe(200);
    expect((await through(1).reserve(tickets[0]!, bob)).status).toBe(409);
    expect((await through(2).confirm(tickets[0]!, bob)).status).toBe(409);
    for (const { url } of platform.replicas('events')) {
      const at = client({ ...platform.target(), events: url });
      expect(await at.status(uuid, tickets[0]!)).toBe('reserved');
      expect(await at.status(uuid, tickets[1]!)).toBe('available');
    }
    expect((await through(2).confirm(tickets[0]!, ann)).status).toBe(200);
    for (const { url } of platform.replicas('events')) {
      expect(await client({ ...platform.target(), events: url }).status(uuid, tickets[0]!)).toBe('booked');
    }
  });

  test('600 users race for three seats through three booking processes: three get one, none gets two', async () => {
    const { tickets } = await makeEvent(db.sql, { seats: 3 });
    const users = Array.from({ length: 600 }, (_, i) => ({
      user: randomUUID(),
      ticket: tickets[i % 3]!,
      at: (i % 7) % 3,
    }));
    const reserved = await Promise.all(users.map(({ user, ticket, at }) => through(at).reserve(ticket, user)));
    expect(new Set(reserved.map(({ status }) => status))).toEqual(new Set([200, 409]));
    expect(reserved.filter(({ status }) => status === 200)).toHaveLength(3);
    const confirmed = await Promise.all(users.map(({ user, ticket }, i) => through(i % 3).confirm(ticket, user)));
    expect(confirmed.map(({ status }) => status)).toEqual(reserved.map(({ status }) => status));
    const sold = await db.sql`
      select t.uuid, o.user_uuid from tickets t join orders o on o.id = t.order_id
      where t.uuid in ${db.sql(tickets)} and t.status = 'booked'`;
    const winners = users.filter((_, i) => reserved[i]!.status === 200);
    expect(sold.map(({ uuid, user_uuid }) => `${uuid} ${user_uuid}`).sort()).toEqual(
      winners.map(({ ticket, user }) => `${ticket} ${user}`).sort(),
    );
  });

  test('20,000 events of one statement are all found, and the index equals the database', async () => {
    const word = `potoroo${randomUUID().slice(0, 8)}`;
    await db.sql`
      insert into events (name, date, venue_id)
      select ${word} || ' ' || n, now() + interval '90 days', (select min(id) from venues) from generate_series(1, 20000) n`;
    await everyApi(word, 20_000);
    await verified();
    await db.sql`delete from events where name like ${`${word}%`}`;
    await everyApi(word, 0);
  });

  test('a consumer killed in the middle of 20,000 changes: the other goes on, nothing is lost', async () => {
    const word = `kowari${randomUUID().slice(0, 8)}`;
    const [victim] = platform.replicas('cdc');
    const before = await indexed();
    await db.sql`update events set description = ${word} where id <= 300`;
    await db.sql`
      insert into events (name, date, venue_id)
      select ${word} || ' ' || n, now() + interval '90 days', (select min(id) from venues) from generate_series(1, 20000) n`;
    await eventually(async () => (await indexed()) > before);
    await platform.kill(victim!);
    await everyApi(
      `${word}`,
      20_000 +
        Number((await db.sql`select count(*) from events where description = ${word} and date > now()`)[0]!.count),
    );
    await platform.start('cdc');
    await db.sql`delete from events where name like ${`${word}%`}`;
    await verified();
  });

  test('poison between good changes stops nothing, is kept with its cause, and is counted', async () => {
    const word = `cuscus${randomUUID().slice(0, 8)}`;
    const event = await makeEvent(db.sql, { name: `${word} one` });
    await everyApi(word, 1);
    const poison = ['not JSON', '{"op":"u"}', '{"op":"?","after":{"id":1}}', '[]', '{"op":"c","after":{"id":"x"}}'];
    await produce(`${platform.env.KAFKA_TOPIC_PREFIX}.public.events`, poison);
    await db.sql`update events set name = ${`${word} two`} where id = ${event.id}`;
    await produce(`${platform.env.KAFKA_TOPIC_PREFIX}.public.venues`, poison);
    await db.sql`update venues set location = ${`hall${word}`} where id = ${event.venueId}`;
    await everyApi(`hall${word}`, 1);
    await eventually(async () => {
      const counts = await Promise.all(
        platform.replicas('cdc').map(({ url }) => metric(url, 'cdc_dead_letters_total')),
      );
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(2 * poison.length);
    });
    expect(await platform.run('search', 'dead-letters', 'list')).toContain(`${2 * poison.length} dead letters`);
    await verified();
  });

  async function produce(topic: string, values: string[]): Promise<void> {
    const kafka = new Kafka({ brokers: [platform.env.KAFKA_LISTENERS!], logLevel: logLevel.NOTHING });
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic, messages: values.map((value) => ({ key: '{"id":1}', value })) });
    await producer.disconnect();
  }

  async function indexed(): Promise<number> {
    const counts = await Promise.all(
      platform.replicas('cdc').map(({ url }) => metric(url, 'cdc_documents_indexed_total')),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  test('SIGTERM under load: each process drains without one failed request', async () => {
    await underLoad(async () => {
      for (const role of ['booking', 'events', 'api'] as const) {
        await platform.start(role);
        await platform.end(platform.replicas(role)[0]!);
      }
    });
  });

  test('a rolling restart of every process under load: no failed request, and the index equals the database', async () => {
    await underLoad(async () => {
      for (const role of ['booking', 'events', 'api', 'cdc'] as const) {
        for (const replica of platform.replicas(role)) {
          await platform.start(role);
          await platform.end(replica);
        }
      }
    });
    await verified();
  });

  /**
   * Buyers, visitors and searchers, through load balancers, during `work`; and an event that is renamed all the time.
   */
  async function underLoad(work: () => Promise<void>): Promise<void> {
    const { uuid, id, tickets } = await makeEvent(db.sql, { seats: 3000 });
    const seats = tickets.values();
    const lanes = Object.fromEntries(
      (['booking', 'events', 'api'] as const).map((role) => [
        role,
        balancer(() => platform.replicas(role).map(({ url }) => url)),
      ]),
    );
    const sold: string[] = [];
    const buy = async (): Promise<Answer> => {
      const ticket = seats.next().value;
      if (!ticket) return lanes.events!.send('GET', `${api.paths.events}/${uuid}`);
      const user_uuid = randomUUID();
      const held = await lanes.booking!.send('POST', api.paths.reserve, { ticket_uuid: ticket, user_uuid });
      if (held.status !== 200) return held;
      const payment = { ticket_uuid: ticket, user_uuid, payment_method_uuid: randomUUID() };
      const paid = await lanes.booking!.send('POST', api.paths.confirm, payment);
      if (paid.status === 200) sold.push(ticket);
      return paid;
    };
    let renames = 0;
    const busy = [
      keepBusy(4, buy),
      keepBusy(3, () => lanes.events!.send('GET', `${api.paths.events}/${uuid}`)),
      keepBusy(3, () => lanes.api!.send('GET', `${api.paths.search}?q=load+${renames % 10}`)),
      keepBusy(1, async () => {
        await db.sql`update events set name = ${`load ${++renames}`} where id = ${id}`;
        return { status: 200, body: '' };
      }),
    ];
    await work();
    const seen = await Promise.all(busy.map((lane) => lane.stop()));
    for (const lane of Object.values(lanes)) lane.close();
    expect(seen.flatMap(({ failures }) => failures)).toEqual([]);
    expect(seen.map(({ statuses }) => Object.keys(statuses))).toEqual(seen.map(() => ['200']));
    const [booked] = await db.sql`select count(*)::int as n from tickets where event_id = ${id} and status = 'booked'`;
    expect(booked!.n).toBe(sold.length);
    expect(sold.length).toBeGreaterThan(0);
  }

  test('the books are right after all of it', async () => {
    expect(await platform.run('booking', 'audit')).toContain('The books are right.');
  }, 60_000);
});

async function total(base: string, q: string): Promise<number> {
  const response = await fetch(`${base}/api/v1/search/events?q=${q}`);
  return ((await response.json()) as { total: number }).total;
}

async function metric(base: string, name: string): Promise<number> {
  const text = await (await fetch(`${base}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:{[^}]*})? (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
}
