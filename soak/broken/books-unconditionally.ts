import { breakSource } from './break.ts';

// An order takes its seats from whoever has them.
breakSource('adapters/postgres-sales.ts', {
  "and t.status = 'available' and t.order_id is null\n            order by t.id for update of t":
    'order by t.id for update of t',
});
