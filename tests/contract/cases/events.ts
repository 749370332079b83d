import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Event } from '../client.ts';
import type { Suite } from './suite.ts';

const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const currency = expect.stringMatching(/^[A-Z]{3}$/);
const utc = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** The additions to the contract; its types are the document's, which is checked last. */
const added = {
  venue: ['name', 'address', 'city', 'country', 'coordinates'],
  event: [
    ...[
      'status',
      'time_zone',
      'category',
      'genre',
      'image_url',
      'doors_at',
      'ends_at',
      'ticket_limit',
      'previous_dates',
    ],
    ...['refund_until', 'organiser', 'on_sale', 'prices', 'availability', 'links'],
  ],
};

export function eventCases(suite: Suite): void {
  test('an event has exactly the members of the contract, in their order, and those that were added', async () => {
    const { event } = await suite.api.freeSeats(3);
    expect(event).toEqual({
      ...event,
      uuid,
      name: expect.any(String),
      description: expect.any(String),
      date: expect.stringMatching(utc),
      currency,
      venue: { ...event.venue, uuid, location: expect.any(String), seat_map: expect.any(Object) },
      performers: expect.any(Array),
      tickets: expect.any(Array),
    } as never);
    const before = ['uuid', 'name', 'description', 'date', 'currency', 'venue', 'performers'];
    expect(Object.keys(event)).toEqual([...before, ...added.event, 'tickets']);
    expect(Object.keys(event.venue)).toEqual(['uuid', 'location', 'seat_map', ...added.venue]);
    for (const performer of event.performers) {
      expect(performer).toEqual({
        uuid,
        name: expect.any(String),
        age: expect.any(Number),
        description: expect.any(String),
      });
    }
    for (const ticket of event.tickets) {
      expect(Object.keys(ticket)).toEqual(['uuid', 'price', 'seat', 'status']);
      expect(['available', 'reserved', 'booked']).toContain(ticket.status);
      expect(Number.isInteger(ticket.price)).toBe(true);
    }
  });

  test('an event is JSON that a cache asks about each time', async () => {
    const { event } = await suite.api.freeSeats(1);
    const response = await suite.api.event(event.uuid.toUpperCase());
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(((await response.json()) as { uuid: string }).uuid).toBe(event.uuid);
  });

  test('an event, its seats and the list are a 304 for a client that has them, by GET and HEAD', async () => {
    const { event } = await suite.api.freeSeats(1);
    const base = `${suite.target.events}${suite.api.paths.events}`;
    for (const url of [`${base}/${event.uuid}`, `${base}/${event.uuid}/seats`, `${base}?limit=3`]) {
      const full = await fetch(url);
      await full.arrayBuffer();
      const etag = full.headers.get('etag')!;
      expect(etag).toMatch(/^"[\w.-]+"$/);
      for (const method of ['GET', 'HEAD']) {
        for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
          const { status, headers } = await fetch(url, { method, headers: { 'If-None-Match': known } });
          expect([url, method, known, status, headers.get('etag')]).toEqual([url, method, known, 304, etag]);
          expect(headers.get('content-length')).toBeNull();
        }
        expect((await fetch(url, { method, headers: { 'If-None-Match': '"other"' } })).status).toBe(200);
      }
    }
  });

  test('seats have the statuses of the event, two bits each in the order of its tickets', async () => {
    const { event, seats } = await suite.api.freeSeats(2);
    await suite.api.reserve(seats[1]!.uuid, randomUUID());
    const path = `${suite.target.events}${suite.api.paths.events}/${event.uuid}/seats`;
    const page = await suite.api.event(event.uuid);
    const { tickets } = (await page.json()) as Event;
    const told = (await (await fetch(path)).json()) as { version: string; seats: number; statuses: string };
    expect({ ...told, statuses: shown(Buffer.from(told.statuses, 'base64'), told.seats) }).toEqual({
      version: page.headers.get('x-seats-version')!,
      seats_hash: expect.any(String),
      seats: tickets.length,
      statuses: tickets.map(({ status }) => status),
    } as never);
    const raw = await fetch(path, { headers: { Accept: 'application/octet-stream' } });
    expect(raw.headers.get('x-seats-version')).toBe(told.version);
    expect(shown(await raw.bytes(), told.seats)).toEqual(tickets.map(({ status }) => status));
    expect((await fetch(path.replace(event.uuid, randomUUID()))).status).toBe(404);
  });

  test('an unknown event, or an id that is no uuid, is a 404', async () => {
    for (const id of [randomUUID(), 'x', '1', "1' or '1'='1", '%00', 'd0e1f2a3-b4c5-4d5e-8f9a']) {
      const response = await suite.api.event(id);
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({ error: 'event_not_found', message: 'Event not found' });
    }
  });

  test('upcoming events are listed by date, page after page, each once', async () => {
    type Page = { events: { uuid: string; date: string }[]; next_cursor: string | null };
    const all: { uuid: string; date: string }[] = [];
    let cursor = '';
    for (let page = 0; page < 12; page++) {
      const response = await suite.api.list(`?limit=7${cursor && `&cursor=${cursor}`}`);
      expect(response.status).toBe(200);
      const { events, next_cursor } = (await response.json()) as Page;
      expect(events.length).toBeLessThanOrEqual(7);
      all.push(...events);
      if (next_cursor === null) break;
      cursor = next_cursor;
    }
    expect(all.length).toBeGreaterThan(7);
    expect(new Set(all.map((event) => event.uuid)).size).toBe(all.length);
    const dates = all.map((event) => Date.parse(event.date));
    expect(dates).toEqual([...dates].sort((a, b) => a - b));
    expect(dates[0]).toBeGreaterThan(Date.now());
    for (const event of all) {
      expect(event).toMatchObject({
        uuid,
        name: expect.any(String),
        description: expect.any(String),
        date: expect.stringMatching(utc),
        currency,
        venue: { uuid, location: expect.any(String) },
        status: 'published',
      } as never);
    }
  });

  test('what belongs to an event is at its links, and its seats are counted', async () => {
    const { event } = await suite.api.freeSeats(1);
    const { links, availability } = event as unknown as { links: Record<string, string>; availability: object };
    const of = (status: string) => event.tickets.filter((ticket) => ticket.status === status).length;
    expect(availability).toEqual({ free: of('available'), held: of('reserved'), sold: of('booked') });
    const { live, ...others } = links;
    expect(live).toBe(`${links.self}/live`);
    const types: Record<string, string> = {
      self: 'application/json',
      seats: 'application/json',
      calendar: 'text/calendar; charset=utf-8',
      schema: 'application/ld+json',
    };
    for (const [name, path] of Object.entries(others)) {
      const response = await fetch(`${suite.target.events}${path}`);
      expect([name, response.status, response.headers.get('content-type')]).toEqual([name, 200, types[name] ?? '']);
      const headers = { 'If-None-Match': response.headers.get('etag')! };
      expect([name, (await fetch(`${suite.target.events}${path}`, { headers })).status]).toEqual([name, 304]);
      const none = path.replace(event.uuid, randomUUID());
      expect([name, (await fetch(`${suite.target.events}${none}`)).status]).toEqual([name, 404]);
    }
  });

  test('live seats: the taken seats, then every change', async () => {
    const { event, seats } = await suite.api.freeSeats(1);
    const seat = seats[0]!.uuid;
    const abort = new AbortController();
    const url = `${suite.target.events}${suite.api.paths.events}/${event.uuid}/live`;
    const response = await fetch(url, { signal: abort.signal });
    expect(response.headers.get('content-type')).toStartWith('text/event-stream');
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const until = async (wanted: string) => {
      while (!text.includes(wanted)) text += (await reader.read()).value ?? '';
    };
    await until('event: taken');
    await suite.api.reserve(seat, randomUUID());
    await until(`[{"uuid":"${seat}","status":"reserved"}]`);
    abort.abort();
    const [version] = /(?<=^id: ).*/m.exec(text)!;
    const leave = new AbortController();
    const resumed = await fetch(`${url}?since=${version}&by=index`, { signal: leave.signal });
    const place = event.tickets.findIndex(({ uuid }) => uuid === seat);
    const again = resumed.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await again.read()).value).toStartWith(`event: seats\ndata: {"i":[${place}],"s":[1]}\nid: `);
    leave.abort();
    expect((await fetch(url.replace(event.uuid, randomUUID()))).status).toBe(404);
  });
}

const shown = (packed: Uint8Array, seats: number) =>
  Array.from({ length: seats }, (_, i) => ['available', 'reserved', 'booked'][(packed[i >> 2]! >> ((i & 3) * 2)) & 3]!);
