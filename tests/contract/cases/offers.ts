import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { eventually } from '../../../shared/testing/eventually.ts';
import type { Event } from '../client.ts';
import type { Suite } from './suite.ts';

type Json = Record<string, unknown>;

/** Seating plans and offers, where no tokens are checked: everybody is the platform's organiser. */
export function offerCases(suite: Suite): void {
  const prefix = '/api/v1/management';

  async function ask(method: string, path: string, body?: object | string, headers: Record<string, string> = {}) {
    const response = await fetch(`${suite.target.events}${prefix}${path}`, {
      method,
      headers: { ...(body && { 'Content-Type': 'application/json' }), ...headers },
      ...(body && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, json: (text ? JSON.parse(text) : {}) as Json };
  }
  const refused = ({ status, json }: { status: number; json: Json }) => [status, json.error];
  const once = () => ({ 'Idempotency-Key': randomUUID() });

  /** A plan of one row without a name, whose seats are labelled by their numbers. */
  const planOf = (numbers: string[]) => ({
    name: 'As it is',
    categories: [{ name: 'Seats' }],
    sections: [
      { name: '', rows: [{ name: '', seats: numbers.map((number, x) => ({ number, x, y: 0, category: 'Seats' })) }] },
    ],
  });

  /** The event that comes last: no other case needs its seats. */
  async function lastEvent(): Promise<Event> {
    for (let cursor = ''; ; ) {
      const page = (await (await suite.api.list(`?limit=100${cursor}`)).json()) as {
        events: { uuid: string }[];
        next_cursor: string | null;
      };
      if (page.next_cursor === null) return suite.api.readEvent(page.events.at(-1)!.uuid);
      cursor = `&cursor=${page.next_cursor}`;
    }
  }

  async function finished(operation: unknown): Promise<Json> {
    const { uuid } = operation as { uuid: string };
    return eventually(async () => {
      const { json } = await ask('GET', `/operations/${uuid}`);
      return json.status !== 'running' && json;
    }) as Promise<Json>;
  }

  test('a seating plan is added once, seen, listed and deleted', async () => {
    const { venue } = await lastEvent();
    const plans = `/venues/${venue.uuid}/plans`;
    const added = await ask('POST', plans, planOf(['1', '2', '3']));
    expect(added).toMatchObject({ status: 201, json: { places: 3, kept_aside: [], notes: [] } });
    const one = `/plans/${added.json.uuid}`;
    expect(added.headers.get('location')).toBe(`${prefix}${one}`);
    const again = await ask('POST', plans, planOf(['1', '2', '3']));
    expect([again.status, again.json.uuid]).toEqual([200, added.json.uuid]);
    const csv = 'section,row,seat,category,x,y,flags\nA,1,1,Best,0,0,accessible\n';
    const asCsv = await ask('POST', `${plans}?format=csv`, csv, { 'Content-Type': 'text/csv' });
    expect(asCsv).toMatchObject({ status: 201, json: { places: 1 } });
    expect(refused(await ask('POST', plans, { name: 'x' }))).toEqual([422, 'plan_invalid']);
    expect(refused(await ask('POST', `${plans}?format=pdf`, csv))).toEqual([400, 'invalid_request']);
    expect(refused(await ask('POST', `/venues/${randomUUID()}/plans`, csv))).toEqual([404, 'venue_not_found']);
    expect(await ask('GET', plans)).toMatchObject({ status: 200, json: { plans: [{}, {}] } });
    expect(refused(await ask('GET', `${plans}?limit=0`))).toEqual([400, 'invalid_request']);
    expect(refused(await ask('GET', `/venues/${randomUUID()}/plans`))).toEqual([404, 'venue_not_found']);
    expect(await ask('GET', one)).toMatchObject({ status: 200, json: { name: 'As it is' } });
    expect((await ask('DELETE', one)).status).toBe(204);
    for (const method of ['GET', 'DELETE']) {
      expect(refused(await ask(method, one))).toEqual([404, 'plan_not_found']);
      expect(refused(await ask(method, '/plans/x'))).toEqual([400, 'invalid_request']);
    }
    const schema = await ask('GET', '/plan-schema.json');
    expect([schema.status, schema.headers.get('content-type')]).toEqual([200, 'application/schema+json']);
  });

  test('an offer makes the tickets of a plan, follows its changes, and keeps what is held', async () => {
    const event = await lastEvent();
    const plans = `/venues/${event.venue.uuid}/plans`;
    const path = `/events/${event.uuid}`;
    const labels = event.tickets.map(({ seat }) => seat);
    const [plan, less] = [
      await ask('POST', plans, planOf([...labels, 'one more'])),
      await ask('POST', plans, planOf(labels)),
    ];
    for (const unknown of ['offer', 'hold-backs']) {
      expect(refused(await ask('GET', `/events/${randomUUID()}/${unknown}`))).toEqual([404, 'event_not_found']);
      expect(refused(await ask('GET', `/events/x/${unknown}`))).toEqual([400, 'invalid_request']);
    }
    expect(refused(await ask('GET', `${path}/offer`))).toEqual([404, 'offer_not_found']);
    expect(refused(await ask('GET', `${path}/plan`))).toEqual([404, 'plan_not_found']);

    const holdBacks = [{ name: 'Guests', seats: ['one more'] }];
    const offer = { plan_uuid: plan.json.uuid, prices: { Seats: 1234 }, hold_backs: holdBacks };
    const put = await ask('PUT', `${path}/offer`, offer);
    expect(put).toMatchObject({ status: 202, json: { prices: { Seats: 1234 }, repriced: false } });
    expect(await finished(put.json.operation)).toMatchObject({ status: 'succeeded', done: labels.length + 1 });
    expect((await ask('PUT', `${path}/offer`, offer)).status).toBe(200);
    expect(await ask('GET', `${path}/offer`)).toMatchObject({
      status: 200,
      json: { hold_backs: [{ name: 'Guests' }] },
    });
    const seat = (await suite.api.readEvent(event.uuid)).tickets.find((ticket) => ticket.seat === 'one more')!;
    expect(seat.price).toBe(1234);

    const released = async (uuid: unknown) => ask('POST', `/hold-backs/${uuid}/release`);
    const [guests] = (await ask('GET', `${path}/hold-backs`)).json.hold_backs as Json[];
    expect(guests).toMatchObject({ name: 'Guests', seats: 1, released_at: null });
    expect(await released(guests!.uuid)).toMatchObject({ status: 200, json: { seats: 0 } });
    expect(refused(await released(randomUUID()))).toEqual([404, 'hold_back_not_found']);
    expect(refused(await released('x'))).toEqual([400, 'invalid_request']);

    const user = randomUUID();
    expect((await suite.api.reserve(seat.uuid, user)).status).toBe(200);
    const change = { plan_uuid: less.json.uuid, prices: offer.prices };
    expect(await ask('PUT', `${path}/offer`, change)).toMatchObject({
      status: 409,
      json: { error: 'offer_conflict', seats: ['one more'], count: 1 },
    });
    expect(refused(await ask('PUT', `${path}/offer`, { ...offer, prices: {} }))).toEqual([422, 'offer_invalid']);
    expect(refused(await ask('PUT', `${path}/offer`, {}))).toEqual([400, 'invalid_request']);
    expect(refused(await ask('PUT', `/events/${randomUUID()}/offer`, offer))).toEqual([404, 'event_not_found']);
    expect(refused(await ask('DELETE', `/plans/${plan.json.uuid}`))).toEqual([409, 'plan_in_use']);
    expect(refused(await ask('GET', `/operations/${randomUUID()}`))).toEqual([404, 'operation_not_found']);
    expect(refused(await ask('GET', '/operations/x'))).toEqual([400, 'invalid_request']);

    const prices = `${path}/prices`;
    expect(await ask('POST', prices, { seats: ['one more'], price: 99 }, once())).toMatchObject({
      status: 200,
      json: { changed: 1 },
    });
    expect(refused(await ask('POST', prices, { category: 'Attic', price: 9 }, once()))).toEqual([422, 'offer_invalid']);
    expect(refused(await ask('POST', prices, { price: 9 }, once()))).toEqual([400, 'invalid_request']);
    const nowhere = `/events/${randomUUID()}/prices`;
    expect(refused(await ask('POST', nowhere, { category: 'A', price: 9 }, once()))).toEqual([404, 'event_not_found']);
    // The hold has the price at which it was made, and is bought at that.
    expect((await suite.api.confirm(seat.uuid, user)).status).toBe(200);
  });

  test('the plan of an event is found by its hash, and never changes', async () => {
    const { uuid } = await lastEvent();
    const found = await ask('GET', `/events/${uuid}/plan`);
    expect(found).toMatchObject({ status: 200, json: { format: 'onsale-plan-wire/1' } });
    const path = found.headers.get('content-location')!.slice(prefix.length);
    const shown = await ask('GET', path);
    expect([shown.status, shown.json]).toEqual([200, found.json]);
    expect(shown.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const etag = shown.headers.get('etag')!;
    for (const one of [path, `/events/${uuid}/plan`]) {
      expect((await ask('GET', one, undefined, { 'If-None-Match': etag })).status).toBe(304);
    }
    expect(refused(await ask('GET', `/events/${uuid}/plan/x`))).toEqual([404, 'plan_not_found']);
  });
}
