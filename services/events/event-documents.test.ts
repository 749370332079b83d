import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { Buffer } from 'node:buffer';
import { memoryCache } from '../../shared/cache/memory.ts';
import { testClock } from '../../shared/testing/clock.ts';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { appOver } from './app.harness.ts';

let database: TestDatabase;
let sql: TestDatabase['sql'];
let app: ReturnType<typeof appOver>;
const clock = testClock(Date.UTC(2030, 0, 1));
const uuid = '3b9f4b8e-2a1c-4d5e-9f60-7a8b9c0d1e2f';
beforeAll(async () => {
  database = await testDatabase();
  sql = database.sql;
  app = appOver(database.db, {
    clock,
    cache: memoryCache({ maxBytes: 1_000_000, clock }),
    publicUrl: 'https://tickets.example/',
  });
  await sql`
    with organiser as (insert into organisers (name) values ('Stage & Co') returning id),
    venue as (
      insert into venues (location, name, address, city, country, time_zone, latitude, longitude)
      values ('Great Hall', 'Great Hall', 'Am Ufer 1', 'Berlin', 'DE', 'Europe/Berlin', 52.5, 13.4) returning id)
    insert into events (uuid, name, description, date, ends_at, doors_at, venue_id, organiser_id, image_url, on_sale_from,
      category, updated_at)
    select ${uuid}, 'Gäla; one, two', ${'Line one\nLine \\ two </script>'}, '2030-06-01 17:30:00+00', '2030-06-01 20:00:00+00',
      '2030-06-01 16:30:00+00', venue.id, organiser.id, 'https://example.org/a.jpg', '2030-02-01 09:00:00+00', 'Concert',
      '2029-12-01 00:00:00+00'
    from venue, organiser`;
  await sql`
    insert into tickets (event_id, seat, price, currency, category)
    select id, 'A' || n, 3000 + n * 550, 'EUR', case when n > 2 then 'Front' else 'Back' end
    from events, generate_series(1, 4) n where uuid = ${uuid}`;
  for (const [name, age] of [
    ['Zoë', 30],
    ['The Band', null],
  ] as const) {
    await sql`
      with p as (insert into performers (name, age) values (${name}, ${age}) returning id)
      insert into event_performers (event_id, performer_id) select e.id, p.id from events e, p where e.uuid = ${uuid}`;
  }
});
afterAll(() => database.drop());

const get = (part: string, headers = {}) => app.request(`/api/v1/management/events/${uuid}/${part}`, { headers });
const schema = async () => (await get('schema.json')).json() as Promise<Record<string, unknown>>;
const becomes = (columns: Record<string, unknown>) => sql`update events set ${sql(columns)} where uuid = ${uuid}`;

/** The lines of a calendar, unfolded, by their names. */
async function calendar() {
  const text = await (await get('calendar.ics')).text();
  const lines = text.replaceAll('\r\n ', '').split('\r\n');
  return {
    text,
    members: Object.fromEntries(lines.map((line) => line.split(/:(.*)/s).slice(0, 2))) as Record<string, string>,
  };
}

describe('the calendar of an event', () => {
  test('has what calendars show, escaped, in lines of at most 75 octets', async () => {
    await becomes({ name: `Gäla; one, two ${'日本'.repeat(40)}` });
    const { text, members } = await calendar();
    expect((await get('calendar.ics')).headers.get('content-type')).toBe('text/calendar; charset=utf-8');
    expect(text).toEndWith('END:VEVENT\r\nEND:VCALENDAR\r\n');
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    expect(text).not.toContain('\ufffd');
    expect(members).toMatchObject({
      UID: uuid,
      DTSTAMP: expect.stringMatching(/^\d{8}T\d{6}Z$/),
      DTSTART: '20300601T173000Z',
      DTEND: '20300601T200000Z',
      SUMMARY: `Gäla\\; one\\, two ${'日本'.repeat(40)}`,
      DESCRIPTION: 'Line one\\nLine \\\\ two </script>',
      LOCATION: 'Great Hall\\, Am Ufer 1\\, Berlin',
      GEO: '52.5;13.4',
      URL: `https://tickets.example/api/v1/management/events/${uuid}`,
      SEQUENCE: '0',
      STATUS: 'CONFIRMED',
      CATEGORIES: 'Concert',
    });
    await becomes({ name: 'Gala' });
  });

  test.each([
    ['postponed', 'TENTATIVE'],
    ['rescheduled', 'CONFIRMED'],
    ['cancelled', 'CANCELLED'],
    ['published', 'CONFIRMED'],
  ])('of one that is %s is %s, with the event’s sequence', async (status, shown) => {
    await becomes({ status, sequence: 3 });
    expect((await calendar()).members).toMatchObject({ STATUS: shown, SEQUENCE: '3' });
  });

  test('has another sequence where its venue has changed', async () => {
    const [venue] = await sql<{ uuid: string }[]>`select uuid from venues where name = 'Great Hall'`;
    const path = `/api/v1/management/venues/${venue!.uuid}`;
    const before = (await calendar()).members;
    const etag = (await app.request(path)).headers.get('etag')!;
    const headers = { 'If-Match': etag, 'Content-Type': 'application/json' };
    const body = JSON.stringify({ address: 'Am Ufer 2' });
    expect((await app.request(path, { method: 'PATCH', headers, body })).status).toBe(200);
    const { members } = await calendar();
    expect(members.LOCATION).toContain('Am Ufer 2');
    expect(Number(members.SEQUENCE)).toBe(Number(before.SEQUENCE) + 1);
    await sql`update venues set address = 'Am Ufer 1'`;
    await becomes({ sequence: Number(before.SEQUENCE) });
  });

  test('is not sent again to whoever has it', async () => {
    const etag = (await get('calendar.ics')).headers.get('etag')!;
    expect((await get('calendar.ics', { 'If-None-Match': etag })).status).toBe(304);
    await becomes({ sequence: 4 });
    expect((await get('calendar.ics', { 'If-None-Match': etag })).status).toBe(200);
  });
});

describe('an event in the words of schema.org', () => {
  test('has every member that search engines ask for', async () => {
    const response = await get('schema.json');
    expect(response.headers.get('content-type')).toBe('application/ld+json');
    const text = await response.text();
    expect(text).not.toContain('<');
    const url = `https://tickets.example/api/v1/management/events/${uuid}`;
    expect(JSON.parse(text)).toEqual({
      '@context': 'https://schema.org',
      '@type': 'Event',
      '@id': url,
      url,
      name: 'Gala',
      description: 'Line one\nLine \\ two </script>',
      startDate: '2030-06-01T19:30:00+02:00',
      endDate: '2030-06-01T22:00:00+02:00',
      doorTime: '2030-06-01T18:30:00+02:00',
      eventStatus: 'https://schema.org/EventScheduled',
      eventAttendanceMode: 'https://schema.org/OfflineEventAttendanceMode',
      image: ['https://example.org/a.jpg'],
      location: {
        '@type': 'Place',
        name: 'Great Hall',
        address: {
          '@type': 'PostalAddress',
          streetAddress: 'Am Ufer 1',
          addressLocality: 'Berlin',
          addressCountry: 'DE',
        },
        geo: { '@type': 'GeoCoordinates', latitude: 52.5, longitude: 13.4 },
      },
      performer: [
        { '@type': 'Person', name: 'Zoë' },
        { '@type': 'PerformingGroup', name: 'The Band' },
      ],
      organizer: { '@type': 'Organization', name: 'Stage & Co', url: 'https://tickets.example' },
      offers: {
        '@type': 'AggregateOffer',
        price: '35.50',
        lowPrice: '35.50',
        highPrice: '52.00',
        priceCurrency: 'EUR',
        availability: 'https://schema.org/PreOrder',
        validFrom: '2030-02-01T09:00:00.000Z',
        url,
      },
    });
  });

  test('tells the truth as its sale goes on, and by its status and its former dates', async () => {
    const availability = async () => ((await schema()).offers as { availability: string } | undefined)?.availability;
    clock.advance(Date.UTC(2030, 2, 1) - clock.now());
    expect(await availability()).toBe('https://schema.org/InStock');
    await sql`update tickets set status = 'booked'`;
    expect(await availability()).toBe('https://schema.org/SoldOut');
    await sql`update tickets set status = 'available'`;
    await becomes({ status: 'postponed' });
    expect(await schema()).toMatchObject({
      eventStatus: 'https://schema.org/EventPostponed',
      startDate: '2030-06-01T19:30:00+02:00',
    });
    expect(await availability()).toBeUndefined();
    await sql`
      update events set status = 'rescheduled', date = '2030-12-01 18:30:00+00', previous_dates = array[date]
      where uuid = ${uuid}`;
    expect(await schema()).toMatchObject({
      eventStatus: 'https://schema.org/EventRescheduled',
      startDate: '2030-12-01T19:30:00+01:00',
      previousStartDate: ['2030-06-01T19:30:00+02:00'],
      offers: { availability: 'https://schema.org/InStock' },
    });
    await becomes({ status: 'cancelled' });
    expect(await schema()).toMatchObject({ eventStatus: 'https://schema.org/EventCancelled' });
    expect(await availability()).toBeUndefined();
    await becomes({ status: 'published' });
  });

  test('is well-formed at both ends of time, and before there were zones', async () => {
    const dates = async (date: string, zone: string) => {
      await sql`update venues set time_zone = ${zone}`;
      await sql`update events set date = ${date}::text::timestamptz where uuid = ${uuid}`;
      return (await schema()).startDate;
    };
    const [before] =
      await sql`select date, ends_at, doors_at, previous_dates, refund_until from events where uuid = ${uuid}`;
    try {
      expect(await dates('9999-12-31 23:30:00+00', 'Europe/Berlin')).toBe('9999-12-31T23:30:00Z');
      expect(await dates('9999-12-31 22:30:00+00', 'Europe/Berlin')).toBe('9999-12-31T23:30:00+01:00');
      expect(await dates('9999-12-31 23:30:00+00', 'America/New_York')).toBe('9999-12-31T18:30:00-05:00');
      expect(await dates('0001-01-01 03:00:00+00', 'Etc/GMT+5')).toBe('0001-01-01T03:00:00Z');
      expect(await dates('0001-01-01 03:00:00+00', 'Etc/GMT-5')).toBe('0001-01-01T08:00:00+05:00');
      expect(await dates('1582-10-01 03:00:00+00', 'Etc/GMT-5')).toBe('1582-10-01T08:00:00+05:00');
      expect(await dates('1880-05-01 12:00:00+00', 'Europe/Berlin')).toBe('1880-05-01T12:00:00Z');
      expect(await dates('2030-06-01 17:30:00+00', 'Nowhere/Land')).toBe('2030-06-01T17:30:00Z');
      // By SQL.
      await sql`update events set ends_at = '10000-01-01 00:00:00+00', doors_at = '0044-03-15 12:00:00+00 BC',
        refund_until = 'infinity', previous_dates = array['-infinity', '2029-06-01 17:30:00+00']::timestamptz[] where uuid = ${uuid}`;
      expect(await schema()).toMatchObject({ previousStartDate: ['2029-06-01T17:30:00.000Z'] });
      expect(Object.keys(await schema())).not.toContain('endDate');
      expect(Object.keys(await schema())).not.toContain('doorTime');
      expect((await calendar()).text).not.toContain('DTEND');
    } finally {
      await becomes(before!);
      await sql`update venues set time_zone = 'Europe/Berlin'`;
    }
  });

  test('of a row in the original’s columns has what is known of it, without addresses where none is set', async () => {
    const bare = appOver(database.db);
    const [row] = await sql<{ uuid: string }[]>`
      with venue as (insert into venues (location) values ('Madison Square Garden, New York') returning id)
      insert into events (name, date, venue_id) select 'Plain', '2090-06-01 17:30:00+00', id from venue returning uuid`;
    const response = await bare.request(`/api/v1/management/events/${row!.uuid}/schema.json`);
    expect(await response.json()).toEqual({
      '@context': 'https://schema.org',
      '@type': 'Event',
      name: 'Plain',
      startDate: '2090-06-01T17:30:00Z',
      eventStatus: 'https://schema.org/EventScheduled',
      eventAttendanceMode: 'https://schema.org/OfflineEventAttendanceMode',
      location: {
        '@type': 'Place',
        name: 'Madison Square Garden, New York',
        address: 'Madison Square Garden, New York',
      },
    });
    const ics = await (await bare.request(`/api/v1/management/events/${row!.uuid}/calendar.ics`)).text();
    expect(ics).not.toMatch(/URL|GEO|DTEND|DESCRIPTION/);
  });
});

describe('the page of an event', () => {
  test('has its prices by category and rate, and what has changed of them at the next look', async () => {
    const page = async () =>
      (await (await app.request(`/api/v1/management/events/${uuid}`)).json()) as Record<string, unknown>;
    await sql`
      with plan as (
        insert into seating_plans (venue_id, name, hash, places, plan)
        select venue_id, 'Plan', 'abc', 4, '{}' from events where uuid = ${uuid} returning id)
      update events set plan_id = plan.id from plan where uuid = ${uuid}`;
    const [rate] = await sql<{ id: number; uuid: string }[]>`
      insert into rates (event_id, name) select id, 'Child' from events where uuid = ${uuid} returning id::int, uuid`;
    await sql`insert into rate_prices (rate_id, category, price) values (${rate!.id}, 'Back', 1500)`;
    const child = { uuid: rate!.uuid, name: 'Child', price: 1500 };
    const categories = [
      { category: 'Front', from: 4650, to: 5200, rates: [] },
      { category: 'Back', from: 3550, to: 4100, rates: [child] },
    ];
    const links = { plan: `/api/v1/management/events/${uuid}/plan/abc` };
    expect(await page()).toMatchObject({ links, prices: { from: 3550, to: 5200, categories } });
    await sql`update rate_prices set price = 1000 where rate_id = ${rate!.id}`;
    expect(await page()).toMatchObject({ prices: { categories: [{}, { rates: [{ ...child, price: 1000 }] }] } });
    await sql`update rates set withdrawn_at = now() where id = ${rate!.id}`;
    expect(await page()).toMatchObject({ prices: { categories: [{}, { rates: [] }] } });
    await sql`update tickets set price = 100 where seat = 'A1'`;
    expect(await page()).toMatchObject({ prices: { from: 100, to: 5200 } });
  });

  test('shows a seat that is held back as reserved, until it is released', async () => {
    const states = async () => {
      const shown = (await (await app.request(`/api/v1/management/events/${uuid}`)).json()) as {
        availability: object;
        tickets: { status: string }[];
      };
      return [shown.availability, shown.tickets.map(({ status }) => status)] as const;
    };
    await sql`update tickets set hold_back_id = 1 where seat in ('A1', 'A3')`;
    expect(await states()).toEqual([{ free: 2, held: 2, sold: 0 }, ['reserved', 'available', 'reserved', 'available']]);
    await sql`update tickets set hold_back_id = null where seat = 'A3'`;
    expect((await states())[0]).toEqual({ free: 3, held: 1, sold: 0 });
  });
});
