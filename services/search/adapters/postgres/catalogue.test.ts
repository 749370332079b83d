import { afterAll, beforeAll, expect, test } from 'bun:test';
import { type TestDatabase, testDatabase } from '../../../../shared/testing/database.ts';
import type { EventDocument } from '../../domain/index/event-document.ts';
import { makeEvent, makePerformer, makeVenue } from '../../testing.ts';
import { postgresCatalogue } from './catalogue.ts';

let database: TestDatabase;
let sql: TestDatabase['sql'];
beforeAll(async () => {
  database = await testDatabase();
  sql = database.sql;
});
afterAll(() => database.drop());

async function documentOf(id: number): Promise<EventDocument> {
  const { upserts } = await postgresCatalogue(database.db).findDirty({
    eventIds: [id],
    venueIds: [],
    performerIds: [],
  });
  return upserts[0]!;
}

test('an event of an organiser has all that filters look at', async () => {
  const venueId = await makeVenue(sql, 'Blue Hall, Berlin');
  await sql`update venues set name = 'Blue Hall', city = 'Berlin', country = 'DE', time_zone = 'Europe/Berlin',
    latitude = 52.5, longitude = 13.4 where id = ${venueId}`;
  const [first, second] = [await makePerformer(sql, 'Anna Lark'), await makePerformer(sql, 'Tom Weir')];
  const id = await makeEvent(sql, { venueId, name: 'Gala', performerIds: [first, second] });
  await sql`update event_performers set position = 1 where event_id = ${id} and performer_id = ${second}`;
  await sql`update events set date = '2030-06-01T22:30:00Z', category = 'music', genre = 'jazz', image_url = 'https://x.example/a',
    status = 'rescheduled', on_sale_from = '2030-01-01T10:00:00.250Z', on_sale_until = 'infinity' where id = ${id}`;
  await sql`insert into presales (event_id, name, starts_at, ends_at) values
    (${id}, 'fans', '2029-12-01T10:00:00Z', '2029-12-02T10:00:00Z')`;
  const uuids = await sql`select uuid from performers where id = any(${[first, second]}::bigint[]) order by id desc`;
  const [venue] = await sql`select uuid from venues where id = ${venueId}`;
  expect(await documentOf(id)).toEqual({
    id,
    uuid: expect.any(String),
    name: 'Gala',
    description: '',
    date: '2030-06-01T22:30:00Z',
    local_date: '2030-06-02',
    currency: null,
    location: 'Blue Hall, Berlin',
    performers: ['Tom Weir', 'Anna Lark'],
    performer_uuids: uuids.map(({ uuid }) => uuid),
    venue_uuid: venue?.uuid,
    venue_name: 'Blue Hall',
    city: 'Berlin',
    country: 'DE',
    time_zone: 'Europe/Berlin',
    coordinates: { lat: 52.5, lon: 13.4 },
    category: 'music',
    genre: 'jazz',
    image_url: 'https://x.example/a',
    status: 'rescheduled',
    on_sale_from: '2030-01-01T10:00:00.250Z',
    on_sale_until: '9999-12-31T23:59:59Z',
    presales: [{ starts_at: '2029-12-01T10:00:00Z', ends_at: '2029-12-02T10:00:00Z' }],
    price_from: null,
    seats_left: null,
    popularity: 0,
  });
});

test('a row in the original’s columns lacks it, and is there', async () => {
  const id = await makeEvent(sql, { venueId: await makeVenue(sql, 'Old Hall, Bonn, Germany') });
  expect(await documentOf(id)).toMatchObject({
    ...{ location: 'Old Hall, Bonn, Germany', city: 'Bonn', country: null, coordinates: null, category: null },
    ...{ status: 'published', local_date: '2030-06-01', performers: [], presales: [] },
  });
});

test('a place that is none, and a time zone that is none, keep no event out', async () => {
  const venueId = await makeVenue(sql);
  await sql`update venues set latitude = 'NaN', longitude = 500, time_zone = 'Mars/Base' where id = ${venueId}`;
  const id = await makeEvent(sql, { venueId });
  expect(await documentOf(id)).toMatchObject({ coordinates: null, time_zone: 'Mars/Base', local_date: '2030-06-01' });
});
