import { breakSource } from './break.ts';

// What was accepted is answered so for a day.
breakSource('http/keyed.ts', {
  'isFinal: status !== 202': 'isFinal: true',
});
