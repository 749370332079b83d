import { breakSource } from './break.ts';

// What is left of a hold is bought, for the price of all of it.
breakSource('adapters/postgres-sales.ts', {
  'as uuid, c.*, w.total':
    'as uuid, c.*, coalesce((select total from reservations r where r.uuid = c.reservation_uuid), w.total) as total',
  'and w.lines = c.lines': '',
});
