import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { postgresTicketLocks } from '../../shared/locks/postgres.ts';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { postgresHoldBacks } from './adapters/postgres/hold-backs.ts';
import { postgresOffers } from './adapters/postgres/offers.ts';
import { appOver } from './app.harness.ts';
import { releaseDueHoldBacks } from './domain/offer/hold-backs.ts';

const management = '/api/v1/management';

let database: TestDatabase;
let app: ReturnType<typeof appOver>;
beforeAll(async () => {
  database = await testDatabase();
  app = appOver(database.db);
});
afterAll(() => database.drop());

type Json = Record<string, unknown>;
type Answer = { status: number; json: Json; headers: Headers };

async function send(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await app.request(`${management}${path}`, {
    method,
    headers: {
      'Content-Type': 'application/json',
      ...(method === 'POST' && { 'Idempotency-Key': randomUUID() }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, json: text ? JSON.parse(text) : {}, headers: response.headers };
}

const seat = (number: number, category = 'Stalls', flags: string[] = []) => ({
  number: String(number),
  x: number * 20,
  y: 0,
  category,
  flags,
});

/** A hall of rows A and B with four seats each, of which A1 is for a wheelchair and A2 for its companion. */
const hall = (rowB = [1, 2, 3, 4]) => ({
  name: 'Hall',
  categories: [{ name: 'Stalls' }, { name: 'Balcony' }],
  sections: [
    {
      name: '',
      rows: [
        { name: 'A', seats: [seat(1, 'Stalls', ['accessible']), seat(2, 'Stalls', ['companion']), seat(3), seat(4)] },
        { name: 'B', seats: rowB.map((number) => seat(number, 'Balcony')) },
      ],
    },
  ],
  areas: [{ name: 'Floor', category: 'Balcony', capacity: 2 }],
});

async function makeHall(currency = 'EUR') {
  const [venue] = await database.sql<{ id: number; uuid: string }[]>`
    insert into venues (location) values ('A hall') returning id::float8 as id, uuid`;
  const [event] = await database.sql<{ uuid: string }[]>`
    insert into events (name, date, venue_id, sale_currency)
    values ('A show', now() + interval '30 days', ${venue!.id}, ${currency}) returning uuid`;
  const added = await send('POST', `/venues/${venue!.uuid}/plans`, hall());
  expect(added.status).toBe(201);
  return { venue: venue!.uuid, event: event!.uuid, plan: added.json.uuid as string };
}

const prices = { Stalls: 4500, Balcony: 3000 };

async function done(answer: Answer): Promise<Json> {
  expect(answer.status).toBe(202);
  const { uuid } = answer.json.operation as { uuid: string };
  expect(answer.headers.get('location')).toBe(`${management}/operations/${uuid}`);
  return eventually(async () => {
    const { json } = await send('GET', `/operations/${uuid}`);
    return json.status !== 'running' && json;
  }) as Promise<Json>;
}

const tickets = (event: string) =>
  database.sql`
    select t.seat, t.price::int as price, t.currency, t.place, t.category, h.name as held
    from tickets t join events e on e.id = t.event_id left join hold_backs h on h.id = t.hold_back_id
    where e.uuid = ${event} order by t.place`;
const priceOf = async (event: string, label: string) =>
  (await tickets(event)).find((ticket) => ticket.seat === label)?.price;
const uuidOf = async (event: string, label: string) => {
  const [ticket] = await database.sql<{ uuid: string }[]>`
    select uuid from tickets where seat = ${label} and event_id = (select id from events where uuid = ${event})`;
  return ticket!.uuid;
};

const lockOf = async (event: string, label: string, owner: string = randomUUID()) => {
  const [ticket] = await database.sql<{ uuid: string }[]>`
    select t.uuid from tickets t join events e on e.id = t.event_id where e.uuid = ${event} and seat = ${label}`;
  const locks = postgresTicketLocks(database.db);
  const lock = await locks.acquire({ eventUuid: event, ticketUuids: [ticket!.uuid], owner, ttlMs: 60_000 });
  if (!lock.ok) throw new Error('not free');
  return () => locks.release({ eventUuid: event, locks: lock.holds });
};

describe('seating plans of venues', () => {
  test('the same content is the same plan, and one with faults changes nothing', async () => {
    const { venue, plan } = await makeHall();
    expect(await send('POST', `/venues/${venue}/plans?name=Other`, hall())).toMatchObject({
      status: 201,
      json: { name: 'Other' },
    });
    expect(await send('POST', `/venues/${venue}/plans`, hall())).toMatchObject({
      status: 200,
      json: { uuid: plan, name: 'Hall', places: 10, in_use: false, kept_aside: [], notes: [] },
    });
    const bad = { ...hall(), categories: [{ name: 'Stalls' }] };
    expect(await send('POST', `/venues/${venue}/plans`, bad)).toMatchObject({
      status: 422,
      json: { error: 'plan_invalid', faults: [{ path: 'sections[0].rows[1].seats[0].category' }, {}, {}, {}, {}] },
    });
    const listed = await send('GET', `/venues/${venue}/plans`);
    expect(listed.json).toMatchObject({ plans: [{ name: 'Other' }, { uuid: plan }], next_cursor: null });
    expect((await send('GET', `/plans/${plan}`)).json).toMatchObject({ name: 'Hall', sections: [{}] });
    expect((await send('DELETE', `/plans/${plan}`)).status).toBe(204);
    expect((await send('GET', `/plans/${plan}`)).json.error).toBe('plan_not_found');
    expect((await send('POST', `/venues/${randomUUID()}/plans`, hall())).json.error).toBe('venue_not_found');
  });

  test('CSV is taken, its faults are told by line, and a plan may be longer than 64 KiB', async () => {
    const { venue } = await makeHall();
    const path = `/venues/${venue}/plans?format=csv`;
    const head = 'section,row,seat,category,x,y,flags\n';
    const many = Array.from(
      { length: 3000 },
      (_, i) => `Block ${Math.floor(i / 500)},${Math.floor(i / 50) % 10},${i % 50},A,${i},0,`,
    );
    expect(await send('POST', path, head + many.join('\n'), { 'Content-Type': 'text/csv' })).toMatchObject({
      status: 201,
      json: { places: 3000 },
    });
    const told = await send('POST', path.split('?')[0]!, `${head},A,1,A,0,0,\n`, { 'Content-Type': 'text/csv' });
    expect([told.status, told.json.places]).toEqual([201, 1]);
    const bad = await send('POST', path, `${head},A,1,A,no,0,\n`, { 'Content-Type': 'text/csv' });
    expect(bad).toMatchObject({ status: 422, json: { faults: [{ path: expect.stringContaining('2') }] } });
    expect((await send('POST', '/venues', 'x'.repeat(70_000))).status).toBe(413);
    expect((await send('POST', path.replace('csv', 'pdf'), head)).json.issues).toMatchObject([{ path: 'format' }]);
  });

  test('the JSON Schema of plans is served', async () => {
    expect((await send('GET', '/plan-schema.json')).json).toMatchObject({ title: 'Seating plan', type: 'object' });
  });
});

describe('the offer of an event', () => {
  test('makes a ticket of each place, with its price, place and hold-back', async () => {
    const { event, plan } = await makeHall();
    const hold_backs = [
      { name: 'Sponsor', seats: ['B1'] },
      { name: 'Wheelchairs', flags: ['accessible'], with_companions: true },
      { name: 'Floor', areas: ['Floor'] },
    ];
    const put = { plan_uuid: plan, prices, rates: [{ name: 'Child', prices: { Stalls: 2000 } }], hold_backs };
    const operation = await done(await send('PUT', `/events/${event}/offer`, put));
    expect(operation).toMatchObject({ status: 'succeeded', done: 10, total: 10, kept: [], error: null });
    const line = (seat: string, place: number, category: 'Stalls' | 'Balcony', held: string | null) => ({
      seat,
      price: prices[category],
      currency: 'EUR',
      place,
      category,
      held,
    });
    expect([...(await tickets(event))]).toEqual([
      line('A1', 0, 'Stalls', 'Wheelchairs'),
      line('A2', 1, 'Stalls', 'Wheelchairs'),
      line('A3', 2, 'Stalls', null),
      line('A4', 3, 'Stalls', null),
      line('B1', 4, 'Balcony', 'Sponsor'),
      line('B2', 5, 'Balcony', null),
      line('B3', 6, 'Balcony', null),
      line('B4', 7, 'Balcony', null),
      line('Floor 1', 8, 'Balcony', 'Floor'),
      line('Floor 2', 9, 'Balcony', 'Floor'),
    ]);
    expect((await send('GET', `/events/${event}/offer`)).json).toMatchObject({
      plan_uuid: plan,
      currency: 'EUR',
      prices,
      rates: [{ name: 'Child', prices: { Stalls: 2000 }, max_tickets: null }],
      repriced: false,
    });
    const again = await send('PUT', `/events/${event}/offer`, { ...put, prices: { Balcony: 3000, Stalls: 4500 } });
    expect(again).toMatchObject({ status: 200, json: { operation: { uuid: operation.uuid } } });
    expect((await send('DELETE', `/plans/${plan}`)).json.error).toBe('plan_in_use');
    const [noted] = await database.sql`select action, after from audit_log where thing_uuid = ${event}`;
    expect(noted).toMatchObject({ action: 'offer.changed', after: { plan_uuid: plan, prices } });
  });

  test('names each fault by its path', async () => {
    const { event, plan } = await makeHall();
    const put = {
      plan_uuid: plan,
      prices: { Stalls: 1, Boxes: 2 },
      rates: [{ name: 'Child', prices: { Attic: 1 } }],
      hold_backs: [
        { name: 'One', seats: ['A1', 'Z9'] },
        { name: 'Two', flags: ['accessible'] },
      ],
    };
    const answer = await send('PUT', `/events/${event}/offer`, put);
    expect(answer).toMatchObject({ status: 422, json: { error: 'offer_invalid' } });
    expect((answer.json.faults as { path: string }[]).map(({ path }) => path)).toEqual([
      'prices.Boxes',
      'prices.Balcony',
      'rates[0].prices.Attic',
      'hold_backs[0].seats[1]',
      'hold_backs[1].flags',
    ]);
    const strange = { plan_uuid: randomUUID(), prices };
    expect((await send('PUT', `/events/${event}/offer`, strange)).json.faults).toMatchObject([{ path: 'plan_uuid' }]);
    const late = { ...put, hold_backs: [{ name: 'x\ud800', seats: ['A1'], release_at: '9999-12-31T23:59:59-14:00' }] };
    const issues = (await send('PUT', `/events/${event}/offer`, late)).json.issues as { path: string }[];
    expect(issues.map(({ path }) => path)).toEqual(['hold_backs.0.name', 'hold_backs.0.release_at']);
    expect((await send('GET', `/events/${event}/offer`)).json.error).toBe('offer_not_found');
    await database.sql`update events set status = 'cancelled' where uuid = ${event}`;
    expect((await send('PUT', `/events/${event}/offer`, { plan_uuid: plan, prices })).json.error).toBe(
      'event_cancelled',
    );
  });

  test('changed, it follows the plan, and is refused where a held seat would vanish', async () => {
    const { venue, event, plan } = await makeHall();
    await done(await send('PUT', `/events/${event}/offer`, { plan_uuid: plan, prices }));
    const other = (await send('POST', `/venues/${venue}/plans`, hall([2, 3, 4, 5]))).json.uuid;
    const release = await lockOf(event, 'B1');
    expect(await send('PUT', `/events/${event}/offer`, { plan_uuid: other, prices })).toMatchObject({
      status: 409,
      json: {
        ...{ error: 'offer_conflict', seats: ['B1'], count: 1 },
        tickets: [{ uuid: await uuidOf(event, 'B1'), seat: 'B1' }],
      },
    });
    expect(await tickets(event)).toHaveLength(10);
    await release();
    const changed = { plan_uuid: other, prices: { ...prices, Balcony: 3500 } };
    const operation = await done(await send('PUT', `/events/${event}/offer`, changed));
    expect(operation).toMatchObject({ status: 'succeeded', kept: [], done: 11, total: 11 });
    const now = await tickets(event);
    expect(now.map(({ seat }) => seat)).toEqual(['A1', 'A2', 'A3', 'A4', 'B2', 'B3', 'B4', 'B5', 'Floor 1', 'Floor 2']);
    expect(now.map(({ place }) => place)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await priceOf(event, 'B2')).toBe(3500);
  });

  test('keeps the currency and the venue of its event, from its beginning on', async () => {
    const { event, plan } = await makeHall();
    const [elsewhere] = await database.sql`insert into venues (location) values ('Elsewhere') returning uuid`;
    const change = async (member: object) =>
      (await send('PATCH', `/events/${event}`, member, { 'If-Match': '*' })).json.issues;
    const isKept = async () => {
      expect(await change({ currency: 'CHF' })).toMatchObject([{ path: 'currency' }]);
      expect(await change({ venue_uuid: elsewhere!.uuid })).toMatchObject([{ path: 'venue_uuid' }]);
    };
    await database.sql`update events set status = 'draft' where uuid = ${event}`;
    await done(await send('PUT', `/events/${event}/offer`, { plan_uuid: plan, prices }));
    await isKept();
    // As it was before the first of its tickets.
    await database.sql`
      with it as (update events set plan_id = null where uuid = ${event} returning id),
        op as (update operations set status = 'running' where event_id = (select id from it))
      delete from tickets where event_id = (select id from it)`;
    await isKept();
    expect(await send('DELETE', `/events/${event}`)).toMatchObject({ status: 409, json: { error: 'offer_under_way' } });
    await database.sql`delete from operations where event_id = (select id from events where uuid = ${event})`;
    expect(await change({ currency: 'CHF', venue_uuid: elsewhere!.uuid })).toBeUndefined();
  });

  test('is not begun in a currency that its event no longer has', async () => {
    const { event, plan } = await makeHall();
    const offers = postgresOffers(database.db);
    const slow = appOver(database.db, {
      offers: {
        ...offers,
        async begin(...request) {
          await send('PATCH', `/events/${event}`, { currency: 'CHF' }, { 'If-Match': '*' });
          return offers.begin(...request);
        },
      },
    });
    const response = await slow.request(`${management}/events/${event}/offer`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ plan_uuid: plan, prices }),
    });
    expect(response.status).toBe(422);
    expect(await tickets(event)).toHaveLength(0);
  });

  test.each([
    ['PUT', 'offer', (plan: string) => ({ plan_uuid: plan, prices })],
    ['POST', 'prices', () => ({ category: 'Stalls', price: 1 })],
  ])('of a draft that is just being deleted: %s %s finds no event', async (method, path, body) => {
    const { event, plan } = await makeHall();
    await database.sql`update events set status = 'draft' where uuid = ${event}`;
    const waiting = () => database.sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    let putting: ReturnType<typeof send> | undefined;
    await database.sql.begin(async (tx) => {
      await tx`delete from events where uuid = ${event}`;
      putting = send(method, `/events/${event}/${path}`, body(plan));
      while ((await waiting()).length === 0) await Bun.sleep(5);
    });
    expect(await putting!).toMatchObject({ status: 404, json: { error: 'event_not_found' } });
  });

  test('tells since when a rate has its maximum', async () => {
    const { event, plan } = await makeHall();
    const put = async (most: number, child: number) => {
      const rates = [{ name: 'Child', prices: { Stalls: child }, max_tickets: most }];
      await done(await send('PUT', `/events/${event}/offer`, { plan_uuid: plan, prices, rates }));
      const [row] = await database.sql<{ at: string }[]>`
        select r.updated_at::text as at from rates r join events e on e.id = r.event_id where e.uuid = ${event}`;
      return row!.at;
    };
    const first = await put(5, 900);
    expect(await put(5, 800)).toBe(first);
    expect(await put(3, 800)).not.toBe(first);
  });

  test('shows on the page of the event at once', async () => {
    const { event, plan } = await makeHall();
    const page = async () => {
      const { json } = await send('GET', `/events/${event}`);
      return (json.tickets as { seat: string; price: number }[]).map(({ seat, price }) => `${seat} ${price}`);
    };
    expect(await page()).toEqual([]);
    await done(await send('PUT', `/events/${event}/offer`, { plan_uuid: plan, prices }));
    expect(await page()).toHaveLength(10);
    await done(await send('PUT', `/events/${event}/offer`, { plan_uuid: plan, prices: { ...prices, Stalls: 5000 } }));
    expect(await page()).toContain('A3 5000');
  });

  test('the plan of the event is shown by its hash, for good', async () => {
    const { event, plan } = await makeHall();
    expect((await send('GET', `/events/${event}/plan`)).json.error).toBe('plan_not_found');
    await done(await send('PUT', `/events/${event}/offer`, { plan_uuid: plan, prices }));
    const found = await send('GET', `/events/${event}/plan`);
    expect(found).toMatchObject({ status: 200, json: { format: 'onsale-plan-wire/1', places: 10 } });
    expect(found.headers.get('cache-control')).toBe('no-cache');
    const path = found.headers.get('content-location')!.slice(management.length);
    const shown = await send('GET', path);
    expect([shown.status, shown.json]).toEqual([200, found.json]);
    expect(shown.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const etag = shown.headers.get('etag')!;
    expect(etag).toBe(`"${shown.json.hash}"`);
    expect((await send('GET', path, undefined, { 'If-None-Match': etag })).status).toBe(304);
    for (const none of ['0'.repeat(64), 'x', '%00']) {
      expect((await send('GET', `/events/${event}/plan/${none}`)).json.error).toBe('plan_not_found');
    }
  });
});

describe('prices in bulk', () => {
  test('change by category, section, seats and rate', async () => {
    const { event, plan } = await makeHall();
    const rates = [{ name: 'Child', prices: { Stalls: 2000 } }];
    await done(await send('PUT', `/events/${event}/offer`, { plan_uuid: plan, prices, rates }));
    const change = async (body: Json) => (await send('POST', `/events/${event}/prices`, body)).json;
    expect(await change({ category: 'Balcony', percent: -10 })).toEqual({ changed: 6 });
    expect(await priceOf(event, 'B1')).toBe(2700);
    expect(await change({ seats: ['A1', 'A2'], price: 9900 })).toEqual({ changed: 2 });
    expect(await change({ seats: ['A1', 'A2'], price: 9900 })).toEqual({ changed: 0 });
    expect(await change({ sections: [''], price: 100 })).toEqual({ changed: 8 });
    expect(await change({ sections: ['Floor'], price: 200 })).toEqual({ changed: 2 });
    expect(await change({ category: 'Stalls', rate: 'Child', price: 1500 })).toEqual({ changed: 1 });
    expect(await change({ seats: ['A1', 'Q1'], price: 1 })).toMatchObject({ faults: [{ path: 'seats[1]' }] });
    expect(await change({ category: 'Attic', price: 1 })).toMatchObject({ faults: [{ path: 'category' }] });
    expect(await change({ price: 1 })).toMatchObject({ issues: [{ path: 'category' }] });
    expect((await send('GET', `/events/${event}/offer`)).json.repriced).toBe(true);
    // The offer itself sets its prices again.
    await done(await send('PUT', `/events/${event}/offer`, { plan_uuid: plan, prices, rates }));
    expect(await priceOf(event, 'A1')).toBe(4500);
    expect(await priceOf(event, 'B2')).toBe(3000);
  });
});

describe('hold-backs', () => {
  test('are released by hand, and stay so when the offer changes', async () => {
    const { event, plan } = await makeHall();
    const put = (Stalls: number) => ({
      plan_uuid: plan,
      prices: { ...prices, Stalls },
      hold_backs: [{ name: 'Sponsor', seats: ['A3', 'A4'] }],
    });
    await done(await send('PUT', `/events/${event}/offer`, put(4500)));
    const listed = (await send('GET', `/events/${event}/hold-backs`)).json.hold_backs as { uuid: string }[];
    expect(listed).toMatchObject([{ name: 'Sponsor', seats: 2, release_at: null, released_at: null }]);
    const released = await send('POST', `/hold-backs/${listed[0]!.uuid}/release`);
    expect(released).toMatchObject({ status: 200, json: { seats: 0, released_at: expect.any(String) } });
    await done(await send('PUT', `/events/${event}/offer`, put(4600)));
    expect((await tickets(event)).filter(({ held }) => held)).toEqual([]);
    expect((await send('POST', `/hold-backs/${randomUUID()}/release`)).json.error).toBe('hold_back_not_found');
  });

  test('are released when their time has come', async () => {
    const { event, plan } = await makeHall();
    const hold_backs = [
      { name: 'Early', seats: ['A3'], release_at: '2020-01-01T00:00:00+01:00' },
      { name: 'Late', seats: ['A4'], release_at: '2999-01-01T00:00:00Z' },
    ];
    await done(await send('PUT', `/events/${event}/offer`, { plan_uuid: plan, prices, hold_backs }));
    const told: string[] = [];
    const feed = { publish: (uuid: string) => void told.push(uuid) };
    await releaseDueHoldBacks({ holdBacks: postgresHoldBacks(database.db), feed });
    expect(told).toEqual([event]);
    expect((await tickets(event)).flatMap(({ held }) => (held ? [held] : []))).toEqual(['Late']);
  });

  /** An order takes a seat: `booked` when it is paid, `available` while it is being paid for; or gives it back. */
  const claim = (event: string, label: string, status: 'booked' | 'available', isTaken = true) => database.sql`
    with o as (
      insert into orders (user_uuid, total, currency, status) select ${randomUUID()}, 1, 'EUR', 'paid' where ${isTaken} returning id
    ) update tickets t set status = ${status}, order_id = (select id from o)
    where t.seat = ${label} and t.event_id = (select id from events where uuid = ${event})`;
  const giveBack = (event: string, label: string) => claim(event, label, 'available', false);
  const seatsOf = async (event: string) => {
    const { json } = await send('GET', `/events/${event}/hold-backs`);
    return Object.fromEntries(
      (json.hold_backs as { name: string; seats: number }[]).map((one) => [one.name, one.seats]),
    );
  };
  const sellable = async (event: string) => (await tickets(event)).filter(({ held }) => !held).map(({ seat }) => seat);

  test('take a sold seat when it is given back, unless they were released or no longer name it', async () => {
    const { event, plan } = await makeHall();
    await done(await send('PUT', `/events/${event}/offer`, { plan_uuid: plan, prices }));
    for (const seat of ['A1', 'A2', 'A3', 'A4']) await claim(event, seat, 'booked');
    const offer = (...names: [string, string[]][]) => ({
      ...{ plan_uuid: plan, prices },
      hold_backs: names.map(([name, seats]) => ({ name, seats })),
    });
    const all = offer(['Sponsor', ['A1', 'B1']], ['Press', ['A2']], ['Crew', ['A3']]);
    expect(await done(await send('PUT', `/events/${event}/offer`, all))).toMatchObject({ kept: [] });
    expect(await seatsOf(event)).toEqual({ Sponsor: 1, Press: 0, Crew: 0 });
    for (const seat of ['A1', 'A4']) await giveBack(event, seat);
    expect(await seatsOf(event)).toEqual({ Sponsor: 2, Press: 0, Crew: 0 });
    const { json } = await send('GET', `/events/${event}/hold-backs`);
    const [, press] = json.hold_backs as { uuid: string }[];
    await send('POST', `/hold-backs/${press!.uuid}/release`);
    const [line] = await database.sql`select after from audit_log where thing_uuid = ${press!.uuid}`;
    expect(line!.after).toEqual({ name: 'Press', seats: 0 });
    await done(await send('PUT', `/events/${event}/offer`, offer(['Sponsor', ['A1', 'B1']], ['Press', ['A2']])));
    for (const seat of ['A2', 'A3']) await giveBack(event, seat);
    expect(await seatsOf(event)).toEqual({ Sponsor: 2, Press: 0 });
    expect(await sellable(event)).toEqual(expect.arrayContaining(['A2', 'A3', 'A4']));
    expect(await sellable(event)).not.toContain('A1');
  });

  test('leave a seat that is being paid for to its buyer, and take it when the same offer is put again', async () => {
    const { event, plan } = await makeHall();
    await done(await send('PUT', `/events/${event}/offer`, { plan_uuid: plan, prices }));
    const release = await lockOf(event, 'A1');
    await claim(event, 'A1', 'available');
    const put = { plan_uuid: plan, prices, hold_backs: [{ name: 'Sponsor', seats: ['A1'] }] };
    expect(await done(await send('PUT', `/events/${event}/offer`, put))).toMatchObject({ kept: ['A1'] });
    expect(await sellable(event)).toContain('A1');
    await claim(event, 'A1', 'booked');
    await release();
    expect(await done(await send('PUT', `/events/${event}/offer`, put))).toMatchObject({ kept: [] });
    await giveBack(event, 'A1');
    expect(await seatsOf(event)).toEqual({ Sponsor: 1 });
  });

  test('do not take a seat that somebody holds', async () => {
    const { event, plan } = await makeHall();
    await done(await send('PUT', `/events/${event}/offer`, { plan_uuid: plan, prices }));
    await lockOf(event, 'A3');
    const hold_backs = [{ name: 'Sponsor', seats: ['A3', 'A4'] }];
    const put = { plan_uuid: plan, prices, hold_backs };
    const operation = await done(await send('PUT', `/events/${event}/offer`, put));
    expect(operation).toMatchObject({ status: 'succeeded', kept: ['A3'] });
    expect((await tickets(event)).filter(({ held }) => held).map(({ seat }) => seat)).toEqual(['A4']);
    await database.sql`truncate ticket_locks`;
    expect(await done(await send('PUT', `/events/${event}/offer`, put))).toMatchObject({ kept: [] });
    expect((await tickets(event)).filter(({ held }) => held).map(({ seat }) => seat)).toEqual(['A3', 'A4']);
  });
});
