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

    const others = await send('holdSeats', { named: 'best' });
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
