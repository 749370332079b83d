/** The tables that a sale fills, and those that it sells from. */
export const growingTables = [
  'events',
  'tickets',
  'ticket_locks',
  'reservations',
  'reservation_tickets',
  'orders',
  'order_tickets',
  'order_history',
  'payments',
  'refunds',
  'idempotency_keys',
  'stripe_intents',
  'sandbox_charges',
];
