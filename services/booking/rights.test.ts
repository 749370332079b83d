import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { getTableName } from 'drizzle-orm';
import { openDb } from '../../shared/db/client.ts';
import { testDatabase } from '../../shared/testing/database.ts';
import { makeEvent } from '../../shared/testing/factories.ts';
import { neededTables } from './needed-tables.ts';
import { createOrder, refundOrder, releaseReservation, reserveBest, reserveTickets, saleOn } from './testing.ts';

test('a role with just the rights that booking needs can sell', async () => {
  const database = await testDatabase();
  const role = `seller_${randomUUID().slice(0, 8)}`;
  const grants = neededTables({ locks: true, sandbox: true })
    .map(([table, ...rights]) => `grant ${rights} on ${getTableName(table)} to ${role};`)
    .join('');
  await database.sql.unsafe(`create role ${role} login password 'x'; ${grants}`);
  const db = openDb({ ...database.config, user: role, password: 'x' });
  const sale = saleOn(db, () => ({ ticketLimit: 10 }));
  const { uuid: eventUuid, tickets } = await makeEvent(database.sql, { seats: 6 });
  const [userUuid, methodUuid] = [randomUUID(), randomUUID()];

  expect(await sale.reserve(tickets[0]!, userUuid)).toBe('ok');
  expect(await sale.confirm(tickets[0]!, userUuid, methodUuid)).toBe('ok');
  const held = await reserveTickets(sale.deps, { userUuid, ticketUuids: tickets.slice(1, 3) });
  const order = await createOrder(sale.deps, { reservationUuid: held.uuid, methodUuid });
  expect(order.status).toBe('paid');
  const best = await reserveBest(sale.deps, { userUuid, eventUuid, quantity: 2 });
  await releaseReservation(sale.deps, best.uuid);
  await sale.sweep();
  await refundOrder(sale.deps, { orderUuid: order.uuid, userUuid });
  await sale.sweep();

  await db.close();
  await database.sql.unsafe(`drop owned by ${role}; drop role ${role}`);
  await database.drop();
});
