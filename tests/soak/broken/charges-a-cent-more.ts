import { breakSource } from './break.ts';

// The provider is asked for more than the order costs.
breakSource('adapters/postgres/fragments.ts', {
  "'total', o.total,": "'total', o.total + 1,",
});
