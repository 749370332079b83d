import { breakSource } from './break.ts';

// An order takes its seats from whoever has them.
breakSource('adapters/postgres-sales.ts', { 'and ${isFree(sql)} and (t.event_id': 'and (t.event_id' });
