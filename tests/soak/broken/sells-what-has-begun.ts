import { breakSource } from './break.ts';

// The sale goes on after the start.
breakSource('adapters/postgres/fragments.ts', { '(e.date > now() + ': "(e.date > now() - interval '1 day' + " });
