import { breakSource } from './break.ts';

// An order that can't be made tells no more than that.
breakSource('domain/create-order.ts', {
  'details: { conflicts },': 'details: { conflicts: conflicts.slice(0, 0) },',
});
