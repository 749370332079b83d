// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are pieces of source
/** Texts of a source file, each with its replacement in a deliberately broken process. */
export type Break = { file: string; changes: Record<string, string> };

/** The beginning of the condition by which an event sells to who holds seats of it. */
const selling =
  "isSelling = (sql: Sql, marginMs: number): Fragment => sql`(\n  e.status in ('published', 'rescheduled') and";

/** Mistakes that a service could make, by name. */
export const breaks = {
  // An order takes its seats even if others have them.
  'books-unconditionally': {
    file: 'services/booking/adapters/postgres/orders.ts',
    changes: { 'and ${isFree(on)} and (t.event_id = c': 'and (t.event_id = c' },
  },
  // The provider is asked for more than the order costs.
  'charges-a-cent-more': {
    file: 'services/booking/adapters/postgres/fragments.ts',
    changes: { "'total', o.total,": "'total', o.total + 1," },
  },
  // The rest of a hold is bought, for the price of all of it.
  'charges-the-total-of-the-hold': {
    file: 'services/booking/adapters/postgres/orders.ts',
    changes: {
      'as uuid, c.*, w.total':
        'as uuid, c.*, coalesce((select total from reservations r where r.uuid = c.reservation_uuid), w.total) as total',
      'and w.lines = c.lines': '',
    },
  },
  // A refused order does not name the seats.
  'does-not-say-what-is-gone': {
    file: 'services/booking/domain/order/create-order.ts',
    changes: { 'seatsGone(conflicts)': 'seatsGone([])' },
  },
  // The uses of a code are not counted.
  'counts-no-uses': {
    file: 'services/booking/adapters/postgres/create-reservations.ts',
    changes: { '> codes.max_uses as is_used_up': '> 1000 as is_used_up' },
  },
  // The tickets of a limited rate are not counted.
  'counts-no-tickets-at-a-rate': {
    file: 'services/booking/adapters/postgres/create-reservations.ts',
    changes: { 'l.used + d.up_to > l.max_tickets': 'false' },
  },
  // DELETE does not check for an order.
  'gives-back-what-is-being-bought': {
    file: 'services/booking/adapters/postgres/reservations.ts',
    changes: { 'if (inTheWay) return inTheWay;': '' },
  },
  // A 202 is repeated for a day.
  'keeps-that-it-was-accepted': {
    file: 'shared/http/idempotent.ts',
    changes: { 'isFinal: response.status !== 202': 'isFinal: true' },
  },
  // A ticket that was given back is sold to nobody.
  'keeps-what-is-given-back': {
    file: 'services/booking/adapters/postgres/refunds.ts',
    changes: {
      "update tickets set status = 'available', order_id = null":
        "update tickets set status = 'booked', order_id = null",
    },
  },
  // The second of two clicks is refused because of the first one's order.
  'knows-no-twins': {
    file: 'services/booking/domain/order/confirm-ticket.ts',
    changes: { 'if (ticket.order?.userUuid === userUuid) return ticket.order;': '' },
  },
  // Refunds by hand at Stripe do not count.
  'overlooks-hands': {
    file: 'services/booking/adapters/stripe/refunds.ts',
    changes: { 'tag === undefined || counted.has(tag)': 'tag !== undefined && counted.has(tag)' },
  },
  // A cancelled event is said to be settled, and the money stays.
  'overlooks-orders-of-the-cancelled': {
    file: 'services/booking/adapters/postgres/operations.ts',
    changes: {
      'and t.order_id > ${after}': 'and t.order_id > ${after} and false',
      'so_far.left = 0 and op.status': 'op.status',
    },
  },
  // A refund is reported as made, and no money moves.
  'pays-nothing-back': {
    file: 'services/booking/domain/refund/pay-back.ts',
    changes: { 'await payments.refund(request)': "'refunded'" },
  },
  // The buyers of an event that was moved have to keep what they bought.
  'refuses-who-may-give-back': {
    file: 'services/booking/adapters/postgres/refunds.ts',
    changes: { 'if (!order.isInWindow && !order.isLetGo)': 'if (order.isLetGo)' },
  },
  // The original's confirm charges the current price, and not that of the hold.
  'sells-at-the-price-of-now': {
    file: 'services/booking/domain/order/confirm-ticket.ts',
    changes: { 'await priceAtHold(ports, lock, ticket)': '(void priceAtHold, ticket)' },
  },
  // The sale goes on after the start.
  'sells-what-has-begun': {
    file: 'services/booking/adapters/postgres/fragments.ts',
    changes: { [`${selling} e.date > now() + `]: `${selling} e.date > now() - interval '1 day' + ` },
  },
  // The sale of a cancelled event goes on, for who holds seats.
  'sells-what-is-cancelled': {
    file: 'services/booking/adapters/postgres/fragments.ts',
    changes: { [selling]: selling.replace("'rescheduled'", "'rescheduled', 'cancelled'") },
  },
  // The sale of a held-back seat is refused by nobody.
  'sells-what-is-held-back': {
    file: 'services/booking/adapters/postgres/fragments.ts',
    changes: { 't.order_id is null and t.hold_back_id is null': 't.order_id is null' },
  },
  // The sale of a postponed event goes on, for who holds seats.
  'sells-what-is-postponed': {
    file: 'services/booking/adapters/postgres/fragments.ts',
    changes: { [selling]: selling.replace("'rescheduled'", "'rescheduled', 'postponed'") },
  },
  // Buyers give tickets back after the start.
  'takes-back-what-has-begun': {
    file: 'services/booking/adapters/postgres/refunds.ts',
    changes: { 'e.date <= now() as "hasBegun"': 'false as "hasBegun"' },
  },
} as const satisfies Record<string, Break>;

export type BreakName = keyof typeof breaks;
