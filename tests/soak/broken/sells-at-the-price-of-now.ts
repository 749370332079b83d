import { breakSource } from './break.ts';

// The original's confirm charges what a ticket costs then, and not when it was held.
breakSource('domain/confirm-ticket.ts', {
  'await priceAtHold(deps, lock, ticket)': '(void priceAtHold, ticket)',
});
