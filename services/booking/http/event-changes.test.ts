import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { makeEvent } from '../../../shared/testing/factories.ts';
import { appOver } from '../app.harness.ts';
import { type Sale, startSale } from '../testing.ts';

let sale: Sale;
beforeAll(async () => {
  sale = await startSale();
});
afterAll(() => sale.drop());

const admin = { verify: async () => ({ is: 'admin' as const, userUuid: randomUUID() }) };

async function send(app: ReturnType<typeof appOver>, change: string, body: object) {
  const event = await makeEvent(sale.sql, { seats: 1 });
  return app.request(`/api/v1/booking/events/${event.uuid}/${change}`, {
    method: 'POST',
    headers: {
      Authorization: 'Bearer x',
      'Content-Type': 'application/json',
      'Idempotency-Key': randomUUID(),
    },
    body: JSON.stringify(body),
  });
}

test('a change of an event tells the version of the data, at which a search shows it', async () => {
  const app = appOver(sale, { identities: admin });
  let before = await sale.deps.dataVersion.read();
  for (const [change, body, status] of [
    ['postpone', {}, 200],
    ['reschedule', { date: '2099-06-05T17:30:00Z' }, 200],
    ['cancel', {}, 202],
  ] as const) {
    const response = await send(app, change, body);
    expect(response.status).toBe(status);
    const version = BigInt(response.headers.get('x-onsale-version')!);
    expect(version).toBeGreaterThan(before);
    before = version;
  }
});

test('a change whose version cannot be read is answered without it: it is done', async () => {
  const app = appOver(sale, { identities: admin, dataVersion: { read: () => Promise.reject(new Error('away')) } });
  const response = await send(app, 'postpone', {});
  expect(response.status).toBe(200);
  expect(response.headers.has('x-onsale-version')).toBe(false);
});
