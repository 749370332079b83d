import { breakSource } from './break.ts';

// What is left of a hold is bought, for the price of all of it.
breakSource('adapters/postgres-sales.ts', {
  'sum(price), ':
    'coalesce((select total from reservations r join reservation on reservation.id = r.id), sum(price)), ',
  'having count(*) = ': 'having count(*) > 0 * ',
});
