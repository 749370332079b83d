// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are pieces of source
/** Texts of a source file, each with its replacement in a deliberately broken process. */
export type Break = { file: string; changes: Record<string, string> };

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
  // DELETE does not check for an order.
  'gives-back-what-is-being-bought': {
    file: 'services/booking/adapters/postgres/reservations.ts',
    changes: { 'if (inTheWay) return inTheWay;': '' },
  },
  // A 202 is repeated for a day.
  'keeps-that-it-was-accepted': {
    file: 'shared/http/idempotent.ts',
    changes: { 'isFinal: status !== 202': 'isFinal: true' },
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
  // A refund is reported as made, and no money moves.
  'pays-nothing-back': {
    file: 'services/booking/domain/refund/pay-back.ts',
    changes: { 'await payments.refund(request)': "'refunded'" },
  },
  // The original's confirm charges the current price, and not that of the hold.
  'sells-at-the-price-of-now': {
    file: 'services/booking/domain/order/confirm-ticket.ts',
    changes: { 'await priceAtHold(ports, lock, ticket)': '(void priceAtHold, ticket)' },
  },
  // The sale goes on after the start.
  'sells-what-has-begun': {
    file: 'services/booking/adapters/postgres/fragments.ts',
    changes: { '(e.date > now() + ': "(e.date > now() - interval '1 day' + " },
  },
  // Buyers give tickets back after the start.
  'takes-back-what-has-begun': {
    file: 'services/booking/adapters/postgres/refunds.ts',
    changes: { 'e.date <= now() as "hasBegun"': 'false as "hasBegun"' },
  },
} as const satisfies Record<string, Break>;

export type BreakName = keyof typeof breaks;
