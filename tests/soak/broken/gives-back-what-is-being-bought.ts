import { breakSource } from './break.ts';

// DELETE does not look for an order.
breakSource('adapters/postgres-reservations.ts', {
  'if (inTheWay) return inTheWay;': '',
});
