import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { type TestDatabase, testDatabase } from '../../../shared/testing/database.ts';
import { makeEvent } from '../../../shared/testing/factories.ts';
import { postgresOrderEvents } from '../adapters/postgres/order-events.ts';
import { orderEventsJob } from './order-events.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

test('orders of the release before get their events in small batches, 0 where the event has gone, until all have', async () => {
  const { sql, db } = database;
  const [kept, gone] = [await makeEvent(sql, { seats: 1 }), await makeEvent(sql, { seats: 1 })];
  const order = async (event: { tickets: string[] }, count = 1) =>
    await sql`
      with o as (
        insert into orders (user_uuid, status, total, currency, created_at)
        select ${randomUUID()}, 'failed', 0, 'USD', now() - interval '1 hour' from generate_series(1, ${count}::int) returning id
      )
      insert into order_tickets (order_id, ticket_id, price)
      select o.id, t.id, 0 from o, tickets t where t.uuid = ${event.tickets[0]!}`;
  await order(gone);
  await order(kept, 1200);
  await sql`delete from events where id = ${gone.id}`;
  let nowMs = 0;
  const job = orderEventsJob(postgresOrderEvents(db), () => nowMs);
  await job.run();
  const counts = () =>
    sql`select event_id::float8 as id, count(*)::int as orders from orders group by event_id order by count(*)`;
  expect([...(await counts())]).toEqual([
    { id: 0, orders: 1 },
    { id: Number(kept.id), orders: 1200 },
  ]);

  // A process of the release before is still selling.
  await order(kept);
  await job.run();
  expect(await sql`select from orders where event_id is null`).toHaveLength(0);

  nowMs = 3_600_000;
  await job.run();
  await sql`update orders set event_id = null`;
  await job.run();
  await orderEventsJob(postgresOrderEvents(db)).run();
  expect(await sql`select from orders where event_id is not null`).toHaveLength(0);
});
