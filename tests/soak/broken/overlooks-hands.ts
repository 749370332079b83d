import { breakSource } from './break.ts';

// What was given back at Stripe by hand does not count.
breakSource('adapters/stripe/refunds.ts', {
  'tag === undefined || counted.has(tag)': 'tag !== undefined && counted.has(tag)',
});
