import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { actorOf } from '../../../shared/auth/actor.ts';
import type { Env } from '../../../shared/http/env.ts';
import { replyRaw } from '../../../shared/http/reply.ts';
import { byBearer } from '../../../shared/http/responses.ts';
import { createRoutes } from '../../../shared/http/routes.ts';
import type { Logger } from '../../../shared/process/log.ts';
import type { Ports } from '../domain/ports.ts';
import { type ExportedTicket, exportOrders, exportTickets } from '../domain/sales/list-event-orders.ts';
import type { EventOrder } from '../domain/sales/sales.ts';
import { type Cell, type CsvFile, csvStream, decimal } from './csv.ts';
import { eventParams, salesResponses } from './event-sales.ts';
import { filterOf, filterQuery } from './order-filter.ts';

const path = '/api/v1/booking/events/{uuid}';

const bomQuery = z.object({
  bom: z.enum(['true', 'false']).optional().openapi({
    description: '`true`: it begins with a byte order mark, by which Excel knows UTF-8',
  }),
});

const csvResponse = (description: string) => ({
  description,
  headers: {
    'Content-Disposition': {
      description: 'The name of the file',
      required: true,
      schema: { type: 'string' as const },
    },
  },
  content: { 'text/csv': { schema: z.string() } },
});

const about =
  'RFC 4180 in UTF-8. Amounts are in minor units, and as decimals. Text that a spreadsheet would take for a formula begins with an apostrophe. Where reading fails midway the connection is cut: a file that ends well is whole.';

const ordersRoute = createRoute({
  method: 'get',
  path: `${path}/orders.csv`,
  operationId: 'exportEventOrders',
  tags: ['Sales'],
  ...byBearer,
  summary: 'The orders of an event as CSV, the newest first',
  description: about,
  request: { params: eventParams, query: filterQuery.extend(bomQuery.shape) },
  responses: { 200: csvResponse('An order a line'), ...salesResponses },
});

const ticketsRoute = createRoute({
  method: 'get',
  path: `${path}/tickets.csv`,
  operationId: 'exportEventTickets',
  tags: ['Sales'],
  ...byBearer,
  summary: 'The tickets of an event as CSV, in the order of its plan',
  description: `Sold or not, each with its order. ${about}`,
  request: { params: eventParams, query: bomQuery },
  responses: { 200: csvResponse('A ticket a line'), ...salesResponses },
});

/** The exports that organisers take to a spreadsheet. */
export function exportRoutes(ports: Ports, log: Pick<Logger, 'error'>) {
  const onFailure = (err: unknown) => log.error({ err }, 'an export was cut short');
  return createRoutes()
    .openapi(ordersRoute, async (c) => {
      const { bom, ...query } = c.req.valid('query');
      const { uuid: eventUuid } = c.req.valid('param');
      const actor = actorOf(c.get('caller'));
      const pages = await exportOrders(ports, { actor, eventUuid, filter: filterOf(query) });
      const name = `orders-${eventUuid}.csv`;
      return replyCsv(c, pages, { name, bom: bom === 'true', columns: orderColumns, toCells: orderCells, onFailure });
    })
    .openapi(ticketsRoute, async (c) => {
      const { uuid: eventUuid } = c.req.valid('param');
      const pages = await exportTickets(ports, { actor: actorOf(c.get('caller')), eventUuid });
      const [name, bom] = [`tickets-${eventUuid}.csv`, c.req.valid('query').bom === 'true'];
      return replyCsv(c, pages, { name, bom, columns: ticketColumns, toCells: ticketCells, onFailure });
    });
}

async function replyCsv<T>(
  c: Context<Env>,
  pages: AsyncIterable<T[]>,
  { name, ...file }: CsvFile<T> & { name: string },
): Promise<never> {
  return replyRaw(c, await csvStream(pages, file), 200, {
    'Content-Type': `text/csv; charset=utf-8; header=present`,
    'Content-Disposition': `attachment; filename="${name}"`,
  }) as never;
}

const orderColumns = [
  'order_uuid',
  'user_uuid',
  'status',
  'created_at',
  'tickets',
  'seats',
  'currency',
  'total',
  'total_decimal',
  'refunded',
  'refunded_decimal',
  'net',
  'net_decimal',
];

/** An order that was not paid has a total, and no net. */
function orderCells(order: EventOrder): Cell[] {
  const { currency, total, refunded, tickets } = order;
  const net = order.status === 'paid' || order.status === 'refunded' ? total - refunded : 0;
  return [
    ...[order.uuid, order.userUuid, order.status, order.createdAt],
    ...[tickets.length, tickets.map(({ seat }) => seat ?? '').join(' | '), currency],
    ...[total, refunded, net].flatMap((amount) => [amount, decimal(amount, currency)]),
  ];
}

const ticketColumns = [
  'ticket_uuid',
  'seat',
  'category',
  'status',
  'rate',
  'currency',
  'price',
  'price_decimal',
  'order_uuid',
  'user_uuid',
  'bought_at',
];

const ticketCells = (ticket: ExportedTicket): Cell[] => [
  ...[ticket.uuid, ticket.seat, ticket.category, ticket.status, ticket.rate],
  ...[ticket.currency, ticket.price, decimal(ticket.price, ticket.currency)],
  ...[ticket.orderUuid, ticket.userUuid, ticket.boughtAt],
];
