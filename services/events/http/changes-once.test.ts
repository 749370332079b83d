import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { postgresIdempotencyKeys } from '../../../shared/idempotency/postgres.ts';
import { type TestDatabase, testDatabase } from '../../../shared/testing/database.ts';
import { organisersOver } from '../organisers.harness.ts';

let database: TestDatabase;
let events: ReturnType<typeof organisersOver>;
/** The process dies before it stores the next response. */
let isDying = false;
beforeAll(async () => {
  database = await testDatabase();
  const keys = postgresIdempotencyKeys(database.db);
  const finish: typeof keys.finish = (...end) => (isDying ? Promise.reject(new Error('killed')) : keys.finish(...end));
  events = organisersOver(database, { idempotencyKeys: { ...keys, finish } });
});
afterAll(() => database.drop());

/** A published event of an organiser with a ticket at 1000; `twice` asks again after the process has died. */
async function makeShow() {
  const { id, send } = await events.organiser();
  const body = { name: 'A show', venue_uuid: await events.venue(id), date: '2099-06-05T17:30:00Z', currency: 'EUR' };
  const { json } = await send('POST', '/events', body);
  await database.sql`
    insert into tickets (event_id, seat, price, currency, category)
    select id, 'A1', 1000, 'EUR', 'All' from events where uuid = ${String(json.uuid)}`;
  const path = `/events/${json.uuid}`;
  return {
    path,
    send,
    async twice(deed: string, body?: object) {
      const key = { 'Idempotency-Key': randomUUID() };
      isDying = true;
      const first = await send('POST', `${path}/${deed}`, body, key);
      isDying = false;
      expect(first.status).toBe(500);
      return send('POST', `${path}/${deed}`, body, key);
    },
  };
}

const entries = async (path: string, action: string) =>
  database.sql`select from audit_log where thing_uuid = ${path.split('/').at(-1)!} and action = ${action}`;

test('an event whose process dies while it is published is published once, and its repetition says so', async () => {
  const { path, twice } = await makeShow();
  const again = await twice('publish');
  expect(again).toMatchObject({ status: 200, json: { status: 'published' } });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(await entries(path, 'event.published')).toHaveLength(1);
});

test('prices are raised once by a request whose process dies before its response', async () => {
  const { path, send, twice } = await makeShow();
  await send('POST', `${path}/publish`);
  expect(await twice('prices', { category: 'All', percent: 10 })).toMatchObject({ status: 200, json: { changed: 1 } });
  const [ticket] = await database.sql<{ price: number }[]>`
    select price::int as price from tickets t join events e on e.id = t.event_id where e.uuid = ${path.split('/').at(-1)!}`;
  expect(ticket!.price).toBe(1100);
  expect(await entries(path, 'prices.changed')).toHaveLength(1);
});
