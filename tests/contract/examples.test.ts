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

  test('are all sent by these tests', () => {
    expect([...documents.sent].sort()).toEqual(documents.all().sort());
  });
});
