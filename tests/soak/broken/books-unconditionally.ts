import { breakSource } from './break.ts';

// An order takes its seats from whoever has them.
breakSource('adapters/postgres-sales.ts', {
  'and ${isFree(on)} and (t.event_id = c': 'and (t.event_id = c',
});
