// `npm run test:stack`: every adapter's tests and the whole system on real servers, whose addresses the environment
// names. A server that is missing or does not respond fails the run; nothing is skipped. `-- FILE` runs some of them.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './bootstrap.mjs';
import { report, runCounted } from './count.mjs';

const needed = [
  'POSTGRES_HOST',
  'POSTGRES_PORT',
  'POSTGRES_USER',
  'POSTGRES_PASSWORD',
  'POSTGRES_DBNAME',
  'REDIS_ADDR',
  'KAFKA_LISTENERS',
  'KAFKA_CONNECT_URL',
  'ELASTICSEARCH_ADDR',
  // Stripe's own mock.
  'STRIPE_API_BASE',
  // For faults: a proxy, a Redis to break, and control of the servers.
  'TOXIPROXY_URL',
  'REDIS_SERVER',
  // A pooler, to put before a PostgreSQL.
  'PGBOUNCER',
  'STACK_CONTROL',
];
const missing = needed.filter((name) => !process.env[name]);
if (missing.length > 0) {
  console.log(`Name the real servers in the environment; missing: ${missing.join(', ')}`);
  process.exit(1);
}
const root = fileURLToPath(new URL('..', import.meta.url));
const bun = await ensureInstalled(console.log);
const test = ['test', '--path-ignore-patterns=tests/deploy/**'];
const last = 'tests/faults/faults.stack.test.ts';
/** The tests outside `npm test`: those that need these servers, and those of PostgreSQL, which is another one here. */
const suites = readdirSync(root, { recursive: true })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /^(services|shared|tests)\//.test(file) && file.endsWith('.test.ts'))
  .filter((file) =>
    /\.stack\.test\.ts$|^shared\/(db|feed|idempotency|locks)\/|\/adapters\/(postgres\/(?!plans)|wal\/)/.test(file),
  )
  .filter((file) => !file.includes('/embedded/') && file !== last)
  .map((file) => `./${file}`);
const chosen = process.argv.slice(2);
if (chosen.length > 0) {
  process.exitCode = report([await runCounted(bun, [...test, ...chosen])]);
} else {
  const withServers = await runCounted(bun, [...test, ...suites]);
  // Last, and apart: it stops the servers under all users.
  const withoutServers = await runCounted(bun, [...test, `./${last}`]);
  process.exitCode = report([withServers, withoutServers]);
}
