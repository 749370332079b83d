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

const userUuid = randomUUID();
const admin = { verify: async () => ({ is: 'admin' as const, userUuid }) };

type App = ReturnType<typeof appOver>;
const ask = (app: App, path: string, body: object, key: string = randomUUID()) =>
  app.request(`/api/v1/booking/events/${path}`, {
    method: 'POST',
    headers: { Authorization: 'Bearer x', 'Content-Type': 'application/json', 'Idempotency-Key': key },
    body: JSON.stringify(body),
  });

async function send(app: App, change: string, body: object) {
  const event = await makeEvent(sale.sql, { seats: 1 });
  return ask(app, `${event.uuid}/${change}`, body);
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

test('an event is postponed, and moved, once by a request whose process dies before its response', async () => {
  const keys = sale.deps.idempotencyKeys;
  const finish = () => Promise.reject(new Error('killed'));
  const dying = appOver(sale, { identities: admin, idempotencyKeys: { ...keys, finish } });
  const living = appOver(sale, { identities: admin });
  const { uuid } = await makeEvent(sale.sql, { seats: 1 });
  for (const [change, body, action] of [
    ['postpone', {}, 'event.postponed'],
    ['reschedule', { date: '2099-06-05T17:30:00Z' }, 'event.rescheduled'],
  ] as const) {
    const key = randomUUID();
    expect((await ask(dying, `${uuid}/${change}`, body, key)).status).toBe(500);
    const again = await ask(living, `${uuid}/${change}`, body, key);
    expect(again.status).toBe(200);
    expect(await again.json()).toMatchObject({ status: change === 'postpone' ? 'postponed' : 'rescheduled' });
    const noted = await sale.sql`select from audit_log where thing_uuid = ${uuid} and action = ${action}`;
    expect(noted).toHaveLength(1);
  }
});
