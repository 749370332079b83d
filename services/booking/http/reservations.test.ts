import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { makeEvent } from '../../../shared/testing/factories.ts';
import { appOver } from '../app.harness.ts';
import { organiserOf } from '../domain/sale-rules/rules.harness.ts';
import { type Sale, startSale } from '../testing.ts';

let sale: Sale;
let app: ReturnType<typeof appOver>;
beforeAll(async () => {
  sale = await startSale();
  app = appOver(sale);
});
afterAll(() => sale.drop());

const user_uuid = randomUUID();
const neither =
  'must name the seats (ticket_uuids, seats or places), or an event_uuid and a quantity, for the best available';
const noQuantity = 'must say how many, for the best that are available; else name the seats, by seats or places';

test.each([
  [{}, ['user_uuid', 'ticket_uuids'], neither],
  [{ user_uuid }, ['ticket_uuids'], neither],
  [{ user_uuid, event_uuid: randomUUID() }, ['quantity'], noQuantity],
  [{ user_uuid, event_uuid: randomUUID(), seats: ['A1'], places: [1] }, ['places'], undefined],
  [{ user_uuid, event_uuid: randomUUID(), places: [1] }, ['plan_hash'], undefined],
  [{ user_uuid, event_uuid: randomUUID(), quantity: 2, rate_uuids: [null] }, ['rate_uuids'], undefined],
  [{ user_uuid, event_uuid: randomUUID(), seats: ['A1'], rate_uuids: [] }, ['rate_uuids'], undefined],
  [{ user_uuid, event_uuid: randomUUID(), quantity: 1, accessible: 2 }, ['accessible'], undefined],
  [{ user_uuid, ticket_uuids: 'A1' }, ['ticket_uuids'], 'Invalid input: expected array, received string'],
])('a reservation of %j is told what it lacks of the form that it comes closest to', async (body, paths, message) => {
  const headers = { 'Content-Type': 'application/json' };
  const sent = { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await app.request('/api/v1/booking/reservations', sent);
  const { issues } = (await response.json()) as { issues: { path: string; message: string }[] };
  expect([response.status, issues.map(({ path }) => path)]).toEqual([400, paths]);
  expect(issues.find(({ path }) => /ticket_uuids|quantity/.test(path))?.message).toBe(message as string);
});

test('a hold by label, at a rate and by a code of any case, shows the rate; and so do its order and refund', async () => {
  const event = await makeEvent(sale.sql, { seats: 2 });
  const organiser = organiserOf(sale);
  await organiser.presale(event.id);
  await organiser.categorise(event.id, 'Stalls');
  const rate = await organiser.rate(event.id, { Stalls: 900 });
  const send = async (path: string, body: object) => {
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() };
    const response = await app.request(`/api/v1/booking/${path}`, {
      ...{ method: 'POST', headers, body: JSON.stringify(body) },
    });
    return (await response.json()) as { uuid: string; error?: string; tickets: object[] };
  };
  const wish = { user_uuid, event_uuid: event.uuid, seats: ['A1', 'A2'], rate_uuids: [rate.toUpperCase(), null] };
  expect(await send('reservations', wish)).toMatchObject({
    ...{ error: 'not_on_sale', on_sale_from: expect.any(String) },
    presales: [{ name: 'Fans', starts_at: expect.any(String), ends_at: expect.any(String) }],
  });
  const { seats: _, rate_uuids: __, ...best } = { ...wish, quantity: 3, access_code: 'fans' };
  expect(await send('reservations', best)).toMatchObject({
    ...{ error: 'ticket_not_available', message: expect.stringContaining('ask for fewer'), conflicts: [] },
  });
  const held = await send('reservations', { ...wish, access_code: ' fans ' });
  const [first, second] = event.tickets;
  const child = { uuid: rate, name: 'Child' };
  expect(held.tickets).toEqual([
    { uuid: first, seat: 'A1', price: 900, rate: child },
    { uuid: second, seat: 'A2', price: 35_000, rate: null },
  ]);
  const order = await send('orders', { reservation_uuid: held.uuid, payment_method_uuid: randomUUID() });
  expect(order.tickets).toMatchObject([{ rate: child }, { rate: null }]);
  const refund = await send(`orders/${order.uuid}/refunds`, { user_uuid });
  expect(refund.tickets).toMatchObject([{ rate: child }, { rate: null }]);
});
