import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { eventually } from '../../shared/testing/eventually.ts';
import { makeEvent } from '../../shared/testing/factories.ts';
import { postgresEnv } from '../../tests/rig/targets.ts';
import { sandboxMethods } from './adapters/sandbox/sandbox-payments.ts';
import { start } from './main.ts';
import { createOrder, reserveTickets, type Sale, startSale } from './testing.ts';

let sale: Sale;
beforeAll(async () => {
  sale = await startSale();
});
afterAll(() => sale.drop());

/** Runs `meanwhile` beside a process of the service that sweeps all the time. */
async function besideAService(more: Record<string, string>, meanwhile: () => Promise<unknown>): Promise<void> {
  const usual = { ...postgresEnv(sale.config), SERVER_ADDR: '127.0.0.1:0', LOG_LEVEL: 'fatal' };
  const running = await start({ ...usual, ...more }, 'SERVER_ADDR', 5);
  await meanwhile().finally(running.stop);
}

async function ordered(methodUuid: string, age: string) {
  const userUuid = randomUUID();
  const { tickets } = await makeEvent(sale.sql, { seats: 1 });
  const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids: tickets });
  const { uuid } = await createOrder(sale.deps, { reservationUuid, methodUuid });
  await sale.sql`update orders set created_at = now() - ${age}::interval where uuid = ${uuid}`;
  return uuid;
}

/** A refund that has not been paid. */
async function refund(age: string) {
  const [uuid, orderUuid] = [randomUUID(), await ordered(randomUUID(), '0')];
  await sale.deps.refunds.open({ uuid, orderUuid, provider: 'sandbox' });
  await sale.sql`update refunds set created_at = now() - ${age}::interval where uuid = ${uuid}`;
  return uuid;
}

const statusOf = async (uuid: string) => {
  const [row] = await sale.sql`
    select o.status || ', ' || p.status as status from orders o join payments p on p.order_id = o.id where o.uuid = ${uuid}`;
  return row!.status as string;
};

test('a process finishes the work of others: orders and refunds when they are old enough, the rest at once', async () => {
  const { lostRequest, requiresAction } = sandboxMethods;
  const [late, early] = [await ordered(lostRequest, '50 seconds'), await ordered(lostRequest, '30 seconds')];
  const [silent, asked] = [await ordered(requiresAction, '3 minutes'), await ordered(requiresAction, '1 minute')];
  const uncaptured = await ordered(randomUUID(), '0');
  const [owed, fresh] = [await refund('50 seconds'), await refund('30 seconds')];
  await sale.sql`insert into ticket_locks values ('gone', 'event', 'ann', 'token', now() - interval '1 second')`;
  await sale.sql`insert into payment_notices (id, type, created_at) values ('old', 'test', '2020-01-01')`;
  const left = async () =>
    (
      await sale.sql`select (select count(*) from ticket_locks where ticket_uuid = 'gone')::int as locks,
        (select count(*) from payment_notices)::int as events,
        (select status from refunds where uuid = ${owed}) as owed, (select status from refunds where uuid = ${fresh}) as fresh`
    )[0];

  await besideAService({ PAYMENT_SWEEP_AFTER: '40s', PAYMENT_ACTION_TIMEOUT: '2m' }, async () => {
    await eventually(async () => {
      expect(await left()).toEqual({ locks: 0, events: 0, owed: 'succeeded', fresh: 'pending' });
      expect(await Promise.all([late, silent, uncaptured].map(statusOf))).toEqual([
        'failed, voided',
        'failed, voided',
        'paid, succeeded',
      ]);
    }, 4000);
    expect(await Promise.all([early, asked].map(statusOf))).toEqual(['pending, pending', 'pending, requires_action']);
  });
  await sale.sweep();
  await sale.audit();
});

test('a sweep that fails does not stop the others', async () => {
  const pending = await ordered(sandboxMethods.lostRequest, '2 minutes');
  // Its locks are released before the capture, which fails.
  const uncaptured = await ordered(randomUUID(), '0');
  const owed = await refund('2 minutes');
  await sale.sql`insert into payment_notices (id, type, created_at) values ('old', 'test', '2020-01-01')`;
  await sale.sql`alter table ticket_locks rename to lost`;
  await besideAService({}, () =>
    eventually(async () => {
      expect(await statusOf(pending)).toBe('failed, voided');
      expect((await sale.sql`select status from refunds where uuid = ${owed}`)[0]).toEqual({ status: 'succeeded' });
      expect(await sale.sql`select from payment_notices`).toHaveLength(0);
    }, 4000),
  );
  expect(await statusOf(uncaptured)).toBe('paid, authorised');
  await sale.sql`alter table lost rename to ticket_locks`;
});
