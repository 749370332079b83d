import { breakSource } from './break.ts';

// A ticket that was given back is sold to nobody.
breakSource('adapters/postgres-refunds.ts', {
  "update tickets set status = 'available', order_id = null": "update tickets set status = 'booked', order_id = null",
});
