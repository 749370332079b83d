// `npm run test:stack`: every adapter's tests and the whole system on real servers, whose addresses the environment
// names. A server that is missing or does not answer fails the run; nothing is skipped.
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
];
const missing = needed.filter((name) => !process.env[name]);
if (missing.length > 0) {
  console.log(`Name the real servers in the environment; missing: ${missing.join(', ')}`);
  process.exit(1);
}
const bun = await ensureInstalled(console.log);
process.exitCode = report([await runCounted(bun, ['test', 'shared/locks', 'shared/feed', 'services', 'contract/bun'])]);
