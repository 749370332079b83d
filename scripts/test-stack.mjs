// `npm run test:stack`: every adapter's tests and the whole system on real servers, whose addresses the environment
// names. A server that is missing or does not answer fails the run; nothing is skipped. `-- FILE` runs some of them.
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
  // For faults: a way between, a Redis to break, and a hold on the servers themselves.
  'TOXIPROXY_URL',
  'REDIS_SERVER',
  'STACK_CONTROL',
];
const missing = needed.filter((name) => !process.env[name]);
if (missing.length > 0) {
  console.log(`Name the real servers in the environment; missing: ${missing.join(', ')}`);
  process.exit(1);
}
const bun = await ensureInstalled(console.log);
// Named one by one, they are the same tests as of `bun test`, and those that it leaves out.
const test = ['test', '--path-ignore-patterns=deploy/**'];
const suites = [
  'shared/locks',
  'shared/feed',
  'shared/cache',
  'shared/redis',
  'services',
  'contract/bun',
  'contract/real-servers',
  'contract/system',
  'soak',
  'histories',
];
const chosen = process.argv.slice(2);
if (chosen.length > 0) {
  process.exitCode = report([await runCounted(bun, [...test, ...chosen])]);
} else {
  const withServers = await runCounted(bun, [...test, ...suites]);
  // Last, and apart: it takes the servers away from under whoever uses them.
  const withoutServers = await runCounted(bun, [...test, './contract/faults.stack.test.ts']);
  process.exitCode = report([withServers, withoutServers]);
}
