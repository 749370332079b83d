import { breakSource } from './break.ts';

// A refund is said to be made, and no money moves.
breakSource('domain/refund-order.ts', {
  'await payments.refund(request)': "'refunded'",
});
