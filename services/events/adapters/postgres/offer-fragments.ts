import type { Db, Fragment } from '../../../../shared/db/client.ts';

type Sql = Db['sql'];

// Fragments of the statements of offers. Aliases: `t` a ticket, `op` an operation, `e` its event, `o` its organiser.

export const ms = (sql: Sql, duration: number): Fragment => sql`${duration} * interval '1 millisecond'`;

/** True when no order has the ticket. */
export const isFree = (sql: Sql): Fragment => sql`(t.status = 'available' and t.order_id is null)`;

/** True unless the ticket is being paid for. A sold one is in its hold-back once it was given back. */
export const takesHoldBack = (sql: Sql): Fragment => sql`(${isFree(sql)} or t.status = 'booked')`;

/** True when an order has the ticket, or has had it: what money was paid for can't be deleted. */
export const isSold = (sql: Sql): Fragment => sql`(not ${isFree(sql)} or exists (
  select from order_tickets ot join orders bought on bought.id = ot.order_id
  where ot.ticket_id = t.id and bought.status <> 'failed'))`;

/** An operation in the domain's shape. */
export const operationJson = (sql: Sql): Fragment => sql`json_build_object(
  'uuid', op.uuid, 'eventUuid', e.uuid, 'organiserUuid', o.uuid, 'status', op.status, 'done', op.done,
  'total', op.total, 'error', op.error,
  'createdAt', to_char(op.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'made', op.state)`;
