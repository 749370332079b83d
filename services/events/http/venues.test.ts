import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { type TestDatabase, testDatabase } from '../../../shared/testing/database.ts';
import { makeEvent } from '../../../shared/testing/factories.ts';
import { appOver } from '../app.harness.ts';
import { callerOf } from '../organisers.harness.ts';

let database: TestDatabase;
let send: ReturnType<typeof callerOf>;
beforeAll(async () => {
  database = await testDatabase();
  send = callerOf(appOver(database.db));
});
afterAll(() => database.drop());

const hall = { name: 'Royal Albert Hall', city: 'London', country: 'GB', time_zone: 'Europe/London' };
const ask = (route: string, body?: object, headers: Record<string, string> = {}) =>
  send(undefined, route, { ...(body && { body }), headers });
const make = async (body: object) => (await ask('POST /venues', body)).json as { uuid: string; location: string };
const patch = (uuid: string, body: object, ifMatch = '*') =>
  ask(`PATCH /venues/${uuid}`, body, { 'If-Match': ifMatch, 'Content-Type': 'application/merge-patch+json' });
const rowOf = async (table: 'venues' | 'performers', id: number) =>
  (await database.sql<{ uuid: string }[]>`select uuid from ${database.sql(table)} where id = ${id}`)[0]!.uuid;

describe('a venue', () => {
  test('has all that it is given, and its location is made from name and city', async () => {
    const coordinates = { latitude: 51.501, longitude: -0.1774 };
    const made = await ask('POST /venues', { ...hall, country: 'gb', address: 'Kensington Gore', coordinates });
    expect(made.status).toBe(201);
    expect(made.json).toEqual({
      ...hall,
      ...{ uuid: expect.any(String), organiser_uuid: null, location: 'Royal Albert Hall, London' },
      ...{ address: 'Kensington Gore', coordinates },
      ...{ created_at: expect.any(String), updated_at: expect.any(String) },
    });
    expect(made.headers.get('Location')).toBe(`/api/v1/management/venues/${made.json.uuid}`);
    expect((await ask(`GET /venues/${made.json.uuid}`)).json).toEqual(made.json);
  });

  test('keeps a location that is given, and follows name and city otherwise', async () => {
    const { uuid } = await make(hall);
    const locations: unknown[] = [];
    for (const body of [{ city: 'Bath' }, { location: 'The Hall' }, { city: null }, { location: null }]) {
      locations.push((await patch(uuid, body)).json.location);
    }
    expect(locations).toEqual(['Royal Albert Hall, Bath', 'The Hall', 'The Hall', 'Royal Albert Hall']);
  });

  test('made twice under one key is one', async () => {
    const headers = { 'Idempotency-Key': randomUUID() };
    const [first, again] = [await ask('POST /venues', hall, headers), await ask('POST /venues', hall, headers)];
    expect([again.json, again.headers.get('Idempotent-Replayed')]).toEqual([first.json, 'true']);
    const other = await ask('POST /venues', { ...hall, city: 'Bath' }, headers);
    expect([other.status, other.json.error]).toEqual([422, 'idempotency_key_reused']);
    // A process that died between its work and its response has made it before.
    await database.sql`update idempotency_keys set status = null, body = null, started_at = '-infinity'
      where key = ${headers['Idempotency-Key']}`;
    expect((await ask('POST /venues', hall, headers)).json).toEqual(first.json);
    const noted = await database.sql`select from audit_log where thing_uuid = ${first.json.uuid as string}`;
    expect(noted).toHaveLength(1);
  });

  test('is changed by those who have seen it as it is, and by one of several at once', async () => {
    const { uuid } = await make(hall);
    let now = await ask(`GET /venues/${uuid}`);
    // The first rounds open the connections.
    for (let round = 0; round < 5; round++) {
      const etag = now.headers.get('ETag')!;
      expect(etag).toMatch(/^"[\w-]+"$/);
      const all = await Promise.all(
        Array.from({ length: 5 }, (_, n) => patch(uuid, { address: `${round} ${n}` }, etag)),
      );
      expect(all.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412]);
      const won = all.find(({ status }) => status === 200)!;
      now = await ask(`GET /venues/${uuid}`);
      expect([now.json, now.headers.get('ETag')]).toEqual([won.json, won.headers.get('ETag')]);
      expect(now.headers.get('ETag')).not.toBe(etag);
    }
    expect((await patch(uuid, { city: 'Bath' }, now.headers.get('ETag')!)).status).toBe(200);
    const without = await ask(`PATCH /venues/${uuid}`, { city: 'York' });
    expect([without.status, without.json.error]).toEqual([428, 'precondition_required']);
  });

  test('that plain SQL has made is shown, and gets what it lacks by its first change', async () => {
    const { venueId } = await makeEvent(database.sql);
    const uuid = await rowOf('venues', venueId);
    const { json } = await ask(`GET /venues/${uuid}`);
    expect(json).toMatchObject({ name: null, time_zone: null, city: null, coordinates: null });
    const refused = await patch(uuid, { city: 'London' });
    expect((refused.json.issues as { path: string }[]).map(({ path }) => path)).toEqual(['name', 'time_zone']);
    const changed = await patch(uuid, { name: 'A hall', time_zone: 'UTC' });
    expect(changed).toMatchObject({ status: 200, json: { name: 'A hall', location: json.location } });
  });

  test('is deleted unless an event takes place there, which is named', async () => {
    const { venueId, uuid: event } = await makeEvent(database.sql);
    const uuid = await rowOf('venues', venueId);
    expect(await ask(`DELETE /venues/${uuid}`)).toMatchObject({
      status: 409,
      json: { error: 'venue_in_use', events: [event] },
    });
    await database.sql`delete from events where uuid = ${event}`;
    expect((await ask(`DELETE /venues/${uuid}`)).status).toBe(204);
    expect((await ask(`DELETE /venues/${uuid}`)).json.error).toBe('venue_not_found');
    expect((await patch(uuid, { city: 'Bath' })).status).toBe(404);
  });

  test('is not deleted by name of another’s draft, which stays unnamed', async () => {
    const { venueId, id } = await makeEvent(database.sql);
    await database.sql`with o as (insert into organisers (name) values ('Other') returning id)
      update events set status = 'draft', organiser_id = (select id from o) where id = ${id}`;
    const refused = await ask(`DELETE /venues/${await rowOf('venues', venueId)}`);
    expect([refused.status, refused.json.events]).toEqual([409, []]);
  });

  test.each<[body: object, path: string]>([
    [{ name: undefined }, 'name'],
    [{ name: '  ' }, 'name'],
    [{ name: 'x'.repeat(201) }, 'name'],
    [{ name: 'a\0b' }, 'name'],
    [{ name: 'a\nb' }, 'name'],
    [{ country: 'UK' }, 'country'],
    [{ country: 'EU' }, 'country'],
    [{ country: 'GBR' }, 'country'],
    [{ time_zone: undefined }, 'time_zone'],
    [{ time_zone: 'Europe/Atlantis' }, 'time_zone'],
    [{ time_zone: '+01:00' }, 'time_zone'],
    [{ time_zone: 'EST' }, 'time_zone'],
    [{ time_zone: 7 }, 'time_zone'],
    [{ coordinates: { latitude: 90.1, longitude: 0 } }, 'coordinates.latitude'],
    [{ coordinates: { latitude: 0, longitude: -180.1 } }, 'coordinates.longitude'],
    [{ coordinates: { latitude: 0 } }, 'coordinates.longitude'],
    [{ seats: 3 }, 'seats'],
  ])('with %j is refused at the field %p', async (members, path) => {
    const refused = await ask('POST /venues', { ...hall, ...members });
    expect(refused).toMatchObject({ status: 400, json: { error: 'invalid_request' } });
    expect((refused.json.issues as { path: string }[]).map((issue) => issue.path)).toEqual([path]);
  });

  test.each([
    ['europe/london', 'Europe/London'],
    ['Asia/Calcutta', 'Asia/Calcutta'],
    ['Asia/Kolkata', 'Asia/Kolkata'],
    ['America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['UTC', 'UTC'],
  ])('is in the time zone %s', async (given, kept) => {
    expect((await ask('POST /venues', { ...hall, time_zone: given })).json).toMatchObject({ time_zone: kept });
  });
});

describe('a performer', () => {
  const orchestra = { name: 'Berliner Philharmoniker' };

  test('whose age is not known has none inside, and 0 on the page of an event', async () => {
    const made = await ask('POST /performers', orchestra);
    expect(made).toMatchObject({ status: 201, json: { ...orchestra, age: null, description: null } });
    const { id, uuid, performerIds } = await makeEvent(database.sql);
    await database.sql`update event_performers set performer_id = (
      select id from performers where uuid = ${made.json.uuid as string}) where event_id = ${id} and performer_id = ${performerIds[0]!}`;
    const page = await ask(`GET /events/${uuid}`);
    expect(page.json.performers).toEqual([{ uuid: made.json.uuid, ...orchestra, age: 0, description: '' }] as never);
    const refused = await ask(`DELETE /performers/${made.json.uuid}`);
    expect(refused).toMatchObject({ status: 409, json: { error: 'performer_in_use', events: [uuid] } });
  });

  test('is changed by its members, and cleared by null', async () => {
    const { json } = await ask('POST /performers', { ...orchestra, age: 30, description: 'x' });
    const change = (body: object) => ask(`PATCH /performers/${json.uuid}`, body, { 'If-Match': '*' });
    expect((await change({ age: 31 })).json).toMatchObject({ ...orchestra, age: 31, description: 'x' });
    expect((await change({ age: null, description: null })).json).toMatchObject({ age: null, description: null });
    expect(await change({ name: null })).toMatchObject({ status: 400, json: { issues: [{ path: 'name' }] } });
  });

  test.each<[body: object, path: string]>([
    [{ age: -1 }, 'age'],
    [{ age: 1.5 }, 'age'],
    [{ age: 1000 }, 'age'],
    [{ description: 'x'.repeat(10_001) }, 'description'],
  ])('with %j is refused at the field %p', async (members, path) => {
    const refused = await ask('POST /performers', { ...orchestra, ...members });
    expect(refused).toMatchObject({ status: 400, json: { issues: [{ path }] } });
  });
});
