// `npm run test:contract`: the HTTP contract against the platform at EVENTS_URL, BOOKING_URL and SEARCH_URL.
import { ensureInstalled } from './bootstrap.mjs';
import { report, runCounted } from './count.mjs';

process.exitCode = report([await runCounted(await ensureInstalled(console.log), ['test', './contract/addresses.ts'])]);
