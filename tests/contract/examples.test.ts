import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { example } from '../../shared/http/schemas.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { startStandaloneProcess, type Target } from '../rig/targets.ts';
import { exampleRequests } from './example-requests.ts';

describe('the examples of the API documents, on the demo data of npm start', () => {
  let target: Target;
  let documents: Awaited<ReturnType<typeof exampleRequests>>;
  beforeAll(async () => {
    target = await startStandaloneProcess();
    await eventually(async () => (await fetch(`${target.search}/readyz`)).ok);
    documents = await exampleRequests(target);
  }, 90_000);
  afterAll(() => target?.stop());

  test('find the event, list it, show it and watch it', async () => {
    const { send, follow } = documents;
    const found = await send('searchEvents');
    expect(found).toMatchObject({ status: 200, json: { total: expect.any(Number) } });
    expect((found.json.events as { uuid: string }[]).map(({ uuid }) => uuid)).toContain(example.event);
    expect(await send('suggestNames')).toMatchObject({ status: 200, json: { venues: expect.any(Array) } });
    const listed = await send('listEvents');
    expect(listed.status).toBe(200);
    expect((await follow(listed, 'event')).status).toBe(200);
    expect(await send('viewEvent')).toMatchObject({ status: 200, json: { uuid: example.event } });
    expect(await send('viewSeats')).toMatchObject({ status: 200, json: { seats: expect.any(Number) } });
    expect((await send('watchEvent')).status).toBe(200);
  });

  test('buy a seat, after a card that is declined', async () => {
    const { send } = documents;
    expect((await send('reserveTicket')).status).toBe(200);
    expect(await send('confirmTicket', { named: 'declined' })).toMatchObject({
      status: 402,
      json: { error: 'payment_declined' },
    });
    expect((await send('confirmTicket', { named: 'paid' })).status).toBe(200);
  });

  test('hold two seats, buy them by a link, and give them back', async () => {
    const { send, follow } = documents;
    expect((await send('registerPaymentMethod')).status).toBe(201);
    const held = await send('holdSeats', { named: 'chosen' });
    expect(held.status).toBe(201);
    expect(await follow(held, 'view')).toMatchObject({ status: 200, json: { status: 'held' } });
    expect((await follow(held, 'extend')).status).toBe(200);
    const bought = await follow(held, 'buy', { body: { reservation_uuid: held.json.uuid } });
    expect(bought).toMatchObject({ status: 201, json: { status: 'paid' } });
    expect((await follow(bought, 'view')).json).toEqual(bought.json);
    expect(await send('listOrders')).toMatchObject({ status: 200, json: { orders: expect.any(Array) } });
    expect(await follow(bought, 'refund')).toMatchObject({ status: 201, json: { status: 'succeeded' } });
  });

  test('hold the best seats, wait for the buyer’s approval, and release others', async () => {
    const { send, follow } = documents;
    const held = await send('holdSeats', { named: 'best' });
    expect(held).toMatchObject({ status: 201, json: { tickets: [{}, {}] } });
    const waiting = await follow(held, 'buy', {
      body: { reservation_uuid: held.json.uuid, payment_method_uuid: example.method.asksTheBuyer },
      headers: { 'Idempotency-Key': randomUUID() },
    });
    expect(waiting).toMatchObject({ status: 202, json: { action: { type: 'sandbox' } } });
    const uuid = waiting.json.uuid as string;
    expect((await send('decideSandboxPayment', { path: { uuid } })).status).toBe(200);
    expect((await follow(waiting, 'view')).json).toMatchObject({ status: 'paid' });

    const others = await send('holdSeats', { named: 'labelled' });
    expect(others.status).toBe(201);
    expect((await follow(others, 'release')).status).toBe(204);
  });

  test('make, see, change and delete a venue and a performer', async () => {
    const { send, follow } = documents;
    for (const thing of ['Venue', 'Performer']) {
      const made = await send(`create${thing}`);
      expect(made.status).toBe(201);
      expect(await follow(made, 'view')).toMatchObject({ status: 200, json: { uuid: made.json.uuid } });
      expect((await send(`list${thing}s`)).status).toBe(200);
      const changed = await follow(made, 'change', { headers: { 'If-Match': '*' } });
      expect(changed).toMatchObject({ status: 200, json: { uuid: made.json.uuid } });
      expect((await follow(made, 'delete')).status).toBe(204);
    }
  });

  test('make an organiser and an API key, revoke it, and tell of all that', async () => {
    const { send, follow } = documents;
    expect((await send('createOrganiser')).status).toBe(201);
    expect((await send('listOrganisers')).status).toBe(200);
    const key = await send('createApiKey');
    expect(key.status).toBe(201);
    expect((await send('listApiKeys')).status).toBe(200);
    expect((await follow(key, 'revoke')).status).toBe(204);
    const { entries } = (await send('listAuditLog')).json as { entries: { action: string }[] };
    expect(entries[0]?.action).toBe('api_key.revoked');
  });

  test('add a plan to a venue, and make an event’s tickets from it', async () => {
    const { send, follow } = documents;
    const event = await lastEvent();
    const at = { path: { uuid: event.uuid } };
    const atVenue = { path: { uuid: event.venue } };
    const plan = await send('addPlan', { ...atVenue, named: 'small' });
    expect(plan.status).toBe(201);
    expect(await follow(plan, 'view')).toMatchObject({ status: 200, json: { name: 'Hall' } });
    expect((await send('listPlans', atVenue)).status).toBe(200);
    expect((await send('viewPlanSchema')).status).toBe(200);
    const put = await send('putOffer', { ...at, named: 'usual', body: { plan_uuid: plan.json.uuid } });
    expect(put.status).toBe(202);
    await eventually(async () => (await follow(put, 'operation')).json.status === 'succeeded');
    expect((await send('viewOffer', at)).json).toMatchObject({ operation: { done: expect.any(Number), kept: [] } });
    expect((await send('changePrices', { ...at, named: 'category' })).json).toEqual({ changed: 1 });
    const heldBack = await send('listHoldBacks', at);
    expect((await follow(heldBack, 'release')).json).toMatchObject({ name: 'Sponsor', seats: 0 });
    const shown = await send('viewEventPlan', at);
    expect(shown.json).toMatchObject({ places: 5 });
    const hash = shown.json.hash as string;
    expect((await send('viewPlanByHash', { path: { uuid: event.uuid, hash } })).json).toEqual(shown.json);
    const { uuid } = (await send('addPlan', { ...atVenue, named: 'small', body: { name: 'Another hall' } })).json;
    expect((await send('deletePlan', { path: { uuid: uuid as string } })).status).toBe(204);
  });

  /** No other example needs its seats. */
  async function lastEvent(): Promise<{ uuid: string; venue: string }> {
    type Page = { events: { uuid: string; venue: { uuid: string } }[]; next_cursor: string | null };
    for (let cursor = ''; ; ) {
      const listed = await fetch(`${target.events}/api/v1/management/events?limit=100${cursor}`);
      const { events, next_cursor } = (await listed.json()) as Page;
      const last = events.at(-1)!;
      if (next_cursor === null) return { uuid: last.uuid, venue: last.venue.uuid };
      cursor = `&cursor=${next_cursor}`;
    }
  }

  test('show what was sold, move an event, and cancel another', async () => {
    const { send, follow } = documents;
    expect(await send('viewSales')).toMatchObject({ status: 200, json: { event_uuid: example.event } });
    const listed = await send('listEventOrders');
    expect(listed.status).toBe(200);
    const [{ uuid }] = listed.json.orders as [{ uuid: string }];
    expect(await send('viewOrderHistory', { path: { uuid } })).toMatchObject({ status: 200, json: { uuid } });
    expect((await send('exportEventOrders')).status).toBe(200);
    expect((await send('exportEventTickets')).status).toBe(200);
    expect(await send('postponeEvent')).toMatchObject({ status: 200, json: { status: 'postponed' } });
    expect(await send('rescheduleEvent')).toMatchObject({ status: 200, json: { status: 'rescheduled' } });
    const cancelled = await send('cancelEvent');
    expect(cancelled).toMatchObject({ status: 202, json: { status: 'running' } });
    expect((await follow(cancelled, 'view')).status).toBe(200);
  });

  test('make an event with a presale, publish it, and show it to calendars and search engines', async () => {
    const { send, follow } = documents;
    const match = { headers: { 'If-Match': '*' } };
    const made = await send('createEvent');
    expect(made).toMatchObject({ status: 201, json: { status: 'draft' } });
    expect((await follow(made, 'settings')).json).toEqual(made.json);
    expect((await send('changeEvent', { ...match, path: { uuid: made.json.uuid as string } })).status).toBe(200);
    const presale = await follow(made, 'presale');
    expect(presale.status).toBe(201);
    expect((await follow(presale, 'view')).json).toEqual(presale.json);
    expect(
      (await follow(presale, 'codes', { named: 'chosen', headers: { 'Idempotency-Key': randomUUID() } })).status,
    ).toBe(201);
    const codes = await follow(presale, 'codes', { named: 'made' });
    expect(codes.status).toBe(201);
    expect((await follow(codes, 'withdraw')).status).toBe(204);
    expect((await follow(presale, 'listCodes')).json.codes).toHaveLength(4);
    expect((await follow(presale, 'change', match)).status).toBe(200);
    expect((await send('listPresales')).status).toBe(200);
    expect(await follow(made, 'publish')).toMatchObject({ status: 200, json: { status: 'published' } });
    expect((await follow(presale, 'delete')).status).toBe(204);
    const other = await send('createEvent', { headers: { 'Idempotency-Key': randomUUID() } });
    expect((await send('listOwnEvents')).status).toBe(200);
    expect((await follow(other, 'delete')).status).toBe(204);
    expect((await send('viewCalendar')).status).toBe(200);
    expect((await send('viewLinkedData')).status).toBe(200);
  });

  test('are all sent by these tests', () => {
    expect([...documents.sent].sort()).toEqual(documents.all().sort());
  });
});
