// `npm run test:contract`: the HTTP contract against the platform at EVENTS_URL, BOOKING_URL and SEARCH_URL.
import { refuseArguments } from './arguments.mjs';
import { ensureInstalled } from './bootstrap.mjs';
import { report, runCounted } from './count.mjs';

refuseArguments(
  'test:contract',
  process.argv.slice(2),
  'EVENTS_URL, BOOKING_URL and SEARCH_URL say where the platform is.',
);
const missing = ['EVENTS_URL', 'BOOKING_URL', 'SEARCH_URL'].filter((name) => !process.env[name]);
if (missing.length > 0) {
  console.error(
    `Name the platform's addresses in the environment, such as http://127.0.0.1:8080; missing: ${missing.join(', ')}`,
  );
  process.exit(1);
}
process.exitCode = report([
  await runCounted(await ensureInstalled(console.log), ['test', './tests/contract/addresses.ts']),
]);
