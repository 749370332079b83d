import { breakSource } from './break.ts';

// An order takes its seats from whoever has them.
breakSource(
  'adapters/postgres-orders.ts',
  "where t.status = 'available' and t.order_id is null order by t.id",
  'order by t.id',
);
