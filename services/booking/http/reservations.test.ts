import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { appOver } from '../app.harness.ts';
import { type Sale, startSale } from '../testing.ts';

let sale: Sale;
let app: ReturnType<typeof appOver>;
beforeAll(async () => {
  sale = await startSale();
  app = appOver(sale);
});
afterAll(() => sale.drop());

const user_uuid = randomUUID();
const neither = 'must name the seats (ticket_uuids), or an event_uuid and a quantity, for the best that are available';

test.each([
  [{}, ['user_uuid', 'ticket_uuids'], neither],
  [{ user_uuid }, ['ticket_uuids'], neither],
  [{ user_uuid, event_uuid: randomUUID() }, ['quantity'], undefined],
  [{ user_uuid, event_uuid: randomUUID(), quantity: 1, accessible: 2 }, ['accessible'], undefined],
  [{ user_uuid, ticket_uuids: 'A1' }, ['ticket_uuids'], 'Invalid input: expected array, received string'],
])('a reservation of %j is told what it lacks of the form that it comes closest to', async (body, paths, message) => {
  const headers = { 'Content-Type': 'application/json' };
  const sent = { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await app.request('/api/v1/booking/reservations', sent);
  const { issues } = (await response.json()) as { issues: { path: string; message: string }[] };
  expect([response.status, issues.map(({ path }) => path)]).toEqual([400, paths]);
  expect(issues.find(({ path }) => path === 'ticket_uuids')?.message).toBe(message as string);
});
