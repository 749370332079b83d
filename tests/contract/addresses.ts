// The contract against the services at EVENTS_URL, BOOKING_URL and SEARCH_URL; `npm run test:contract` runs it. It buys
// some seats there, so point it at a platform with demo data.
import { contractSuite } from './suite.ts';

const { EVENTS_URL: events, BOOKING_URL: booking, SEARCH_URL: search } = process.env;
if (!events || !booking || !search) throw new Error('Set EVENTS_URL, BOOKING_URL and SEARCH_URL');

contractSuite(`${events}, ${booking} and ${search}`, async () => ({ events, booking, search, stop: async () => {} }));
