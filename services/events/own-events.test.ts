import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { anyone } from '../../shared/auth/actor.ts';
import { memoryCache } from '../../shared/cache/memory.ts';
import { type Db, openDb } from '../../shared/db/client.ts';
import { testClock } from '../../shared/testing/clock.ts';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { postgresOrganisersEvents } from './adapters/postgres/organisers-events.ts';
import { organisersOver, type Send } from './organisers.harness.ts';

let database: TestDatabase;
let api: ReturnType<typeof organisersOver>;
let mine: { uuid: string; id: number; send: Send };
let venue: string;
const clock = testClock(Date.UTC(2030, 0, 1));
beforeAll(async () => {
  database = await testDatabase();
  api = organisersOver(database, { clock, cache: memoryCache({ maxBytes: 1_000_000, clock }) });
  mine = await api.organiser();
  venue = await api.venue(mine.id);
});
afterAll(() => database.drop());

const gala = () => ({ name: 'Gala', venue_uuid: venue, date: '2030-06-01T19:30:00+02:00' });
async function made(members: object = {}, send = mine.send): Promise<string> {
  const { status, json } = await send('POST', '/events', { ...gala(), ...members });
  expect([status, json]).toEqual([201, expect.any(Object)]);
  return (json as { uuid: string }).uuid;
}
const publish = (uuid: string, send = mine.send) => send('POST', `/events/${uuid}/publish`);
const settings = (uuid: string, send = mine.send) => send('GET', `/events/${uuid}/settings`);
async function change(uuid: string, patch: object, send = mine.send) {
  const etag = (await settings(uuid, send)).headers.get('etag')!;
  return send('PATCH', `/events/${uuid}`, patch, { 'If-Match': etag });
}
const issuesOf = ({ json }: { json: unknown }) =>
  (json as { issues?: { path: string }[] }).issues?.map(({ path }) => path);
const audited = (uuid: string) => database.sql`
  select action, actor, before, after from audit_log where thing_uuid = ${uuid} order by id`;

describe('a draft', () => {
  test('is deleted with thousands of tickets, which takes longer than a page', async () => {
    const uuid = await made({ currency: 'EUR' });
    await database.sql`
      insert into tickets (event_id, seat, price, currency)
      select id, 'Floor ' || n, 100, 'EUR' from events, generate_series(1, 10000) n where uuid = ${uuid}`;
    const hurried = openDb(database.config, { deadlineMs: 100 });
    const remove = (patient: Db) =>
      postgresOrganisersEvents(hurried, patient).remove({ actor: anyone }, uuid, () => {});
    await expect(remove(hurried)).rejects.toMatchObject({ code: 'unavailable' });
    await remove(database.db);
    expect((await settings(uuid)).status).toBe(404);
    await hurried.close();
  });

  test('is made with all its members, once for each key, and noted in the audit log', async () => {
    const [first, second] = [await api.performer(mine.id, 'Zed'), await api.performer(null, 'Anna')];
    const body = {
      ...gala(),
      description: 'Two pianos',
      category: 'Concert',
      genre: 'Classical',
      performers: [first, second],
      doors_at: '2030-06-01T17:00:00Z',
      ends_at: '2030-06-01T20:00:00Z',
      image_url: 'https://example.org/a.jpg',
      on_sale_from: '2030-02-01T09:00:00Z',
      on_sale_until: '2030-06-01T12:00:00Z',
      ticket_limit: 6,
      currency: 'EUR',
    };
    const key = { 'Idempotency-Key': randomUUID() };
    const response = await mine.send('POST', '/events', body, key);
    const { uuid } = response.json as { uuid: string };
    expect(response.status).toBe(201);
    expect(response.headers.get('location')).toBe(`/api/v1/management/events/${uuid}`);
    const instant = (text: string) => new Date(text).toISOString();
    const shown = {
      ...body,
      uuid,
      status: 'draft',
      organiser_uuid: mine.uuid,
      date: instant(body.date),
      doors_at: instant(body.doors_at),
      ends_at: instant(body.ends_at),
      on_sale_from: instant(body.on_sale_from),
      on_sale_until: instant(body.on_sale_until),
      previous_dates: [],
      refund_until: null,
      sequence: 0,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    };
    expect(response.json as object).toEqual(shown);
    expect((await settings(uuid)).json as object).toEqual(shown);
    const again = await mine.send('POST', '/events', body, key);
    expect([again.headers.get('idempotent-replayed'), (again.json as { uuid: string }).uuid]).toEqual(['true', uuid]);
    expect([...(await audited(uuid))]).toEqual([
      { action: 'event.created', actor: 'organiser', before: null, after: expect.objectContaining({ name: 'Gala' }) },
    ]);
  });

  test.each<[string, object, string[]]>([
    ['a date in the past', { date: '2029-12-31T23:59:59Z' }, ['date']],
    ['a day that is none', { date: '2030-02-30T10:00:00Z' }, ['date']],
    [
      'an end before its date, and doors after it',
      { ends_at: '2030-06-01T17:30:00Z', doors_at: '2030-06-01T18:00:00Z' },
      ['doors_at', 'ends_at'],
    ],
    [
      'a sale that ends before it begins',
      { on_sale_from: '2030-02-02T00:00:00Z', on_sale_until: '2030-02-01T00:00:00Z' },
      ['on_sale_until'],
    ],
    ['a sale that begins with the event', { on_sale_from: '2031-02-02T00:00:00Z' }, ['on_sale_from']],
    ['an image by a script', { image_url: 'javascript:alert(1)' }, ['image_url']],
    ['a line break in its image', { image_url: 'https://example.org/\n' }, ['image_url']],
    ['half of a character', { name: 'x\ud800', description: '\udc00' }, ['name', 'description']],
    [
      'instants that are out of the years 1 to 9999 in UTC',
      { date: '9999-12-31T23:59:59-14:00', doors_at: '0001-01-01T00:00:00+14:00' },
      ['date', 'doors_at'],
    ],
    ['a currency that there is not', { currency: 'ZZZ' }, ['currency']],
    ['a currency that nobody pays with', { currency: 'XAU' }, ['currency']],
    [
      'members that are none, and wrong ones',
      { seats: 3, currency: 'euro', ticket_limit: 0, name: ' ' },
      ['name', 'ticket_limit', 'currency', 'seats'],
    ],
    [
      'an unknown venue and performer',
      { venue_uuid: randomUUID(), performers: [randomUUID()] },
      ['venue_uuid', 'performers.0'],
    ],
  ])('with %s is refused, and each is named', async (_, members, issues) => {
    const response = await mine.send('POST', '/events', { ...gala(), ...members });
    expect([response.status, issuesOf(response)]).toEqual([400, issues]);
  });

  test('takes no venue or performer of another organiser', async () => {
    const other = await api.organiser('Others');
    const theirs = { venue_uuid: await api.venue(other.id), performers: [await api.performer(other.id, 'Bea')] };
    expect(issuesOf(await mine.send('POST', '/events', { ...gala(), ...theirs }))).toEqual([
      'venue_uuid',
      'performers.0',
    ]);
  });

  test('is for its organiser alone: everybody else gets a 404 from its page, its seats and its live seats', async () => {
    const uuid = await made();
    await database.sql`
      insert into tickets (event_id, seat, price) select id, 'A1', 100 from events where uuid = ${uuid}`;
    const other = await api.organiser('Others');
    const platform = await api.as({ scope: 'organiser' });
    const admin = await api.as({ scope: 'admin' });
    const page = async (send: Send) => (await send('GET', `/events/${uuid}`)).status;
    expect([await page(mine.send), await page(admin)]).toEqual([200, 200]);
    for (const send of [api.anybody, other.send, platform]) expect(await page(send)).toBe(404);
    const ownPage = await mine.send('GET', `/events/${uuid}`);
    expect(ownPage.headers.get('cache-control')).toBe('no-store');
    expect(ownPage.json as object).toMatchObject({ status: 'draft', on_sale: { state: 'not_yet' } });
    const exact = { on_sale_from: '2030-02-01T09:00:00.250Z', on_sale_until: '2030-02-02T09:00:00.000Z' };
    const windows = (await mine.send('GET', `/events/${await made(exact)}`)).json.on_sale;
    expect(windows).toMatchObject({ from: exact.on_sale_from, until: exact.on_sale_until });
    for (const part of ['seats', 'live', 'calendar.ics', 'schema.json']) {
      expect([part, (await api.anybody('GET', `/events/${uuid}/${part}`)).status]).toEqual([part, 404]);
    }
    for (const send of [other.send, platform]) {
      expect((await settings(uuid, send)).status).toBe(404);
      expect((await send('PATCH', `/events/${uuid}`, { name: 'x' }, { 'If-Match': '*' })).status).toBe(404);
      expect((await send('DELETE', `/events/${uuid}`)).status).toBe(404);
      expect((await publish(uuid, send)).status).toBe(404);
    }
    const listed = async () =>
      ((await api.anybody('GET', '/events?limit=100')).json as { events: { uuid: string }[] }).events.map(
        (one) => one.uuid,
      );
    expect(await listed()).not.toContain(uuid);
    expect((await publish(uuid)).status).toBe(200);
    expect(await listed()).toContain(uuid);
    expect(await page(api.anybody)).toBe(200);
  });

  test('of the platform is hidden from those without credentials, too', async () => {
    const platform = await api.as({ scope: 'organiser' });
    const uuid = await made({ venue_uuid: await api.venue(null) }, platform);
    expect((await api.anybody('GET', `/events/${uuid}`)).status).toBe(404);
    expect((await platform('GET', `/events/${uuid}`)).status).toBe(200);
    for (const part of ['plan', 'plan/x']) {
      const told = async (send: Send) => (await send('GET', `/events/${uuid}/${part}`)).json.error;
      expect([await told(api.anybody), await told(platform)]).toEqual(['event_not_found', 'plan_not_found']);
    }
  });

  test('needs credentials of an organiser: none are a 401, a buyer’s a 403, and an unknown organiser’s, too', async () => {
    const buyer = await api.as({});
    const unknown = await api.as({ organiser: randomUUID() });
    const post = async (send: Send) => (await send('POST', '/events', gala())).status;
    expect([await post(api.anybody), await post(buyer), await post(unknown)]).toEqual([401, 403, 403]);
    expect((await buyer('GET', '/own-events')).status).toBe(403);
  });

  test('is deleted; an event that was published is not', async () => {
    const [draft, shown] = [await made(), await made()];
    await publish(shown);
    expect((await mine.send('DELETE', `/events/${draft}`)).status).toBe(204);
    expect((await settings(draft)).status).toBe(404);
    expect((await audited(draft)).at(-1)).toMatchObject({ action: 'event.deleted', before: { name: 'Gala' } });
    const refused = await mine.send('DELETE', `/events/${shown}`);
    expect([refused.status, refused.json as object]).toMatchObject([
      409,
      { error: 'event_not_draft', event_status: 'published' },
    ]);
  });

  test('is published once it has all that it needs, and what is missing is named', async () => {
    const uuid = await made({ venue_uuid: await api.venue(mine.id, null), on_sale_until: '2030-03-01T00:00:00Z' });
    clock.advance(Date.UTC(2030, 6, 1) - clock.now());
    const refused = await publish(uuid);
    expect([refused.status, (refused.json as { error: string }).error]).toEqual([422, 'event_incomplete']);
    expect(issuesOf(refused)).toEqual(['date', 'on_sale_until', 'venue_uuid']);
    clock.advance(Date.UTC(2030, 0, 1) - clock.now());
    const ready = await made();
    const key = { 'Idempotency-Key': randomUUID() };
    const first = await mine.send('POST', `/events/${ready}/publish`, undefined, key);
    expect([first.status, (first.json as { status: string }).status]).toEqual([200, 'published']);
    const again = await mine.send('POST', `/events/${ready}/publish`, undefined, key);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    expect((await publish(ready)).status).toBe(409);
    expect((await audited(ready)).at(-1)).toMatchObject({
      action: 'event.published',
      before: { status: 'draft' },
      after: { status: 'published' },
    });
  });
});

describe('a change of an event', () => {
  test('needs the version that it changes, and of two at once one is refused', async () => {
    const uuid = await made();
    const url = `/events/${uuid}`;
    const etag = (await settings(uuid)).headers.get('etag')!;
    expect(etag).toMatch(/^"[\w-]+"$/);
    expect((await mine.send('PATCH', url, { name: 'x' })).status).toBe(428);
    expect((await mine.send('PATCH', url, { name: 'x' }, { 'If-Match': '"old"' })).status).toBe(412);
    const both = await Promise.all(['a', 'b'].map((name) => mine.send('PATCH', url, { name }, { 'If-Match': etag })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    const won = both.find(({ status }) => status === 200)!;
    expect(won.headers.get('etag')).toBe((await settings(uuid)).headers.get('etag'));
    expect(won.headers.get('etag')).not.toBe(etag);
  });

  test('merges: what it leaves out stays, null clears, an array is replaced', async () => {
    const people = [await api.performer(mine.id, 'A'), await api.performer(mine.id, 'B')];
    const uuid = await made({ genre: 'Jazz', category: 'Concert', performers: people });
    const changed = await change(uuid, { genre: null, performers: [people[1], people[0]], ticket_limit: 4 });
    expect(changed.json as object).toMatchObject({
      name: 'Gala',
      genre: null,
      category: 'Concert',
      ticket_limit: 4,
      performers: [people[1]!, people[0]!],
    });
    expect((await audited(uuid)).at(-1)).toEqual({
      action: 'event.changed',
      actor: 'organiser',
      before: { genre: 'Jazz', performers: people, ticket_limit: null },
      after: { genre: null, performers: [people[1], people[0]], ticket_limit: 4 },
    });
    for (const [patch, path] of [
      [{ name: null }, 'name'],
      [{ date: '2030-06-01' }, 'date'],
      [{ ends_at: '2030-05-01T00:00:00Z' }, 'ends_at'],
      [{ status: 'published' }, 'status'],
    ] as const) {
      const refused = await change(uuid, patch);
      expect([path, refused.status, issuesOf(refused)]).toEqual([path, 400, [path]]);
    }
  });

  test('leaves the date and the venue of a published event, and counts what calendars show', async () => {
    const uuid = await made({ on_sale_from: '2030-02-01T00:00:00Z' });
    expect((await change(uuid, { date: '2030-07-01T19:30:00Z' })).json as object).toMatchObject({ sequence: 0 });
    await publish(uuid);
    const refused = await change(uuid, {
      date: '2030-08-01T19:30:00Z',
      venue_uuid: await api.venue(mine.id),
      name: 'x',
    });
    expect([refused.status, (refused.json as { error: string }).error]).toEqual([409, 'event_member_fixed']);
    expect(issuesOf(refused)).toEqual(['venue_uuid', 'date']);
    // That the date stays is told before what would be wrong with it.
    expect((await change(uuid, { date: '2001-08-01T19:30:00Z' })).status).toBe(409);
    const sequence = async (patch: object) => ((await change(uuid, patch)).json as { sequence: number }).sequence;
    expect(await sequence({ on_sale_from: null, ticket_limit: 3, image_url: 'https://example.org/b.jpg' })).toBe(0);
    expect(await sequence({ name: 'Grand gala' })).toBe(1);
    expect(await sequence({ name: 'Grand gala', date: '2030-07-01T21:30:00+02:00' })).toBe(1);
    expect(await sequence({ ends_at: '2030-07-01T22:00:00Z' })).toBe(2);
    // Its date has passed: it still may be described.
    clock.advance(Date.UTC(2030, 7, 1) - clock.now());
    expect((await change(uuid, { description: 'It was good' })).status).toBe(200);
    clock.advance(Date.UTC(2030, 0, 1) - clock.now());
  });

  test('leaves all but the description and the image of a cancelled one, and the currency of tickets', async () => {
    const uuid = await made({ currency: 'EUR' });
    expect((await change(uuid, { currency: 'CHF' })).status).toBe(200);
    await database.sql`
      insert into tickets (event_id, seat, price, currency) select id, 'A1', 100, 'CHF' from events where uuid = ${uuid}`;
    expect(issuesOf(await change(uuid, { currency: 'EUR' }))).toEqual(['currency']);
    await database.sql`update events set status = 'cancelled' where uuid = ${uuid}`;
    expect((await change(uuid, { description: 'Your money is on its way' })).status).toBe(200);
    expect(issuesOf(await change(uuid, { name: 'x', on_sale_until: null }))).toEqual(['name']);
  });

  test('shows on the page at the next look', async () => {
    const people = [await api.performer(mine.id, 'Zoe'), await api.performer(mine.id, 'Adam')];
    const uuid = await made({ performers: people });
    await publish(uuid);
    const names = async () =>
      ((await api.anybody('GET', `/events/${uuid}`)).json as { performers: { name: string; age: number }[] })
        .performers;
    expect((await names()).map(({ name, age }) => [name, age])).toEqual([
      ['Zoe', 0],
      ['Adam', 0],
    ]);
    await change(uuid, { performers: people.toReversed() });
    expect((await names()).map(({ name }) => name)).toEqual(['Adam', 'Zoe']);
  });
});

test('an organiser lists its own events, the newest first, page after page, by status', async () => {
  const { send, id } = await api.organiser('Listed');
  const uuids: string[] = [];
  for (let i = 0; i < 5; i++) uuids.unshift(await made({ venue_uuid: await api.venue(id) }, send));
  await publish(uuids[1]!, send);
  type Page = { events: { uuid: string }[]; next_cursor: string | null };
  const list = async (query: string) => (await send('GET', `/own-events${query}`)).json as unknown as Page;
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Page = await list(`?limit=2${cursor && `&cursor=${cursor}`}`);
    seen.push(...page.events.map(({ uuid }) => uuid));
    cursor = page.next_cursor;
  }
  expect(seen).toEqual(uuids);
  expect((await list('?status=published')).events.map(({ uuid }) => uuid)).toEqual([uuids[1]!]);
  expect(issuesOf(await send('GET', `/own-events?cursor=${randomUUID()}`))).toEqual(['cursor']);
});

test('a write that a search may show tells its version, which grows; a read and a refusal tell none', async () => {
  const versionOf = ({ headers }: { headers: Headers }) => headers.get('x-onsale-version');
  const draft = await mine.send('POST', '/events', gala());
  const { uuid } = draft.json as { uuid: string };
  const changed = await change(uuid, { name: 'Gala of the year' });
  const published = await publish(uuid);
  const versions = [draft, changed, published].map((response) => BigInt(versionOf(response)!));
  expect(versions).toEqual(versions.toSorted((a, b) => (a < b ? -1 : 1)));
  expect(new Set(versions).size).toBe(3);
  const renamed = await mine.send('PATCH', `/venues/${venue}`, { name: 'Hall' }, { 'If-Match': '*' });
  expect(versionOf(renamed)).toMatch(/^\d+$/);
  expect(versionOf(await settings(uuid))).toBeNull();
  const refused = await mine.send('DELETE', `/events/${uuid}`);
  expect([refused.status, versionOf(refused)]).toEqual([409, null]);
});
