import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { getTableName } from 'drizzle-orm';
import { anyone } from '../../shared/auth/actor.ts';
import { type Db, openDb } from '../../shared/db/client.ts';
import { respondOnce } from '../../shared/idempotency/idempotency.ts';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { makeEvent } from '../../shared/testing/factories.ts';
import { postgresOrderEvents } from './adapters/postgres/order-events.ts';
import { stripeIntents } from './adapters/stripe/intents.ts';
import { cancelEvent } from './domain/event/cancel-event.ts';
import { postponeEvent } from './domain/event/postpone-event.ts';
import { refundCancelledEvents } from './domain/event/refund-event.ts';
import { purgeRecords } from './domain/purge-records.ts';
import { organiserOf } from './domain/sale-rules/rules.harness.ts';
import { orderEventsJob } from './jobs/order-events.ts';
import { neededTables } from './needed-tables.ts';
import {
  createOrder,
  refundOrder,
  releaseReservation,
  reserveBest,
  reserveSeats,
  reserveTickets,
  type SaleDeps,
  saleOn,
} from './testing.ts';

/** The database, as a role that has just the rights that booking needs with this provider. */
async function withRights(sandbox: boolean, work: (database: TestDatabase, db: Db) => Promise<void>): Promise<void> {
  const database = await testDatabase();
  const role = `seller_${randomUUID().slice(0, 8)}`;
  const grants = neededTables({ locks: true, sandbox })
    .map(([table, ...rights]) => `grant ${rights} on ${getTableName(table)} to ${role};`)
    .join('');
  await database.sql.unsafe(`create role ${role} login password 'x'; ${grants}`);
  const db = openDb({ ...database.config, user: role, password: 'x' });
  await work(database, db);
  await db.close();
  await database.sql.unsafe(`drop owned by ${role}; drop role ${role}`);
  await database.drop();
}

/** Does what organisers do with an event that sells. */
async function organise(deps: SaleDeps, eventUuid: string): Promise<void> {
  const author = { actor: anyone };
  await deps.eventSales.figures(eventUuid, { unit: 'hour', last: 2, lockedUuids: [] });
  await deps.eventSales.orders(eventUuid, { filter: {}, limit: 2 });
  for await (const _ of deps.eventSales.tickets(eventUuid));
  await postponeEvent(deps, author, { eventUuid });
  await cancelEvent(deps, author, { eventUuid, operationUuid: randomUUID(), reason: null });
  await refundCancelledEvents(deps, { leaseMs: 0, againMs: 0, settleMs: 0 });
  await deps.operations.backlog();
}

test('a role with just the rights that booking needs can sell', async () => {
  await withRights(true, async (database, db) => {
    const sale = saleOn(db, () => ({ ticketLimit: 10 }));
    const { uuid: eventUuid, tickets } = await makeEvent(database.sql, { seats: 6 });
    const [userUuid, methodUuid] = [randomUUID(), randomUUID()];
    const limited = await makeEvent(database.sql, { seats: 2 });
    await organiserOf(database).presale(limited.id, { maxUses: 1 });
    await organiserOf(database).categorise(limited.id, 'Stalls');
    const rate = await organiserOf(database).rate(limited.id, { Stalls: 900 }, { most: 1 });

    await db.pingWrites();
    expect(await sale.reserve(tickets[0]!, userUuid)).toBe('ok');
    expect(await sale.confirm(tickets[0]!, userUuid, methodUuid)).toBe('ok');
    const held = await reserveTickets(sale.deps, { userUuid, ticketUuids: tickets.slice(1, 3) });
    const order = await createOrder(sale.deps, { reservationUuid: held.uuid, methodUuid });
    expect(order.status).toBe('paid');
    const best = await reserveBest(sale.deps, { userUuid, eventUuid, quantity: 2 });
    await releaseReservation(sale.deps, best.uuid);
    const named = { named: { seats: ['A1', 'A2'] }, accessCode: 'FANS', rateUuids: [rate, null] };
    await reserveSeats(sale.deps, { userUuid, eventUuid: limited.uuid, ...named });
    await sale.deps.tickets.byPlace(limited.uuid);
    await orderEventsJob(postgresOrderEvents(db)).run();
    await sale.sweep();
    await refundOrder(sale.deps, { orderUuid: order.uuid, userUuid });
    await sale.sweep();
    await organise(sale.deps, eventUuid);
    await sale.deps.orderHistories.read(order.uuid);
    await purgeRecords(sale.deps);
    for (const _ of 'twice') await sale.deps.paymentMethods.add({ userUuid, reference: 'pm_1' });
    const request = { scope: userUuid, key: 'key', fingerprint: 'print' };
    await respondOnce({ keys: sale.deps.idempotencyKeys, sleep: async () => {} }, request, async () => ({
      ...{ status: 201, body: '{}', isFinal: true },
    }));
    await sale.deps.webhookEvents.record({ id: 'event', type: 'test' });
  });
});

test('a role with just the rights that booking needs can keep Stripe’s payments', async () => {
  await withRights(false, async (_, db) => {
    const intents = stripeIntents(db);
    await intents.find('key');
    await intents.remember('key', 'pi_1');
    await intents.noteDecline('key', 'card_declined');
    const begun = (await intents.beginClosing('key'))!;
    await intents.endClosing('key', (await intents.keepClosing('key', begun))!);
    for (const failed of [0, 1]) await intents.noteFailedRefund('refund', failed);
    expect(await intents.failedRefunds('refund')).toBe(2);
  });
});
