// `npm start`: everything in one process, with nothing installed before. `--watch` restarts it when a file changes.

import { readFileSync } from 'node:fs';
import { ensureInstalled, run } from './bootstrap.mjs';

const args = process.argv.slice(2);
const usage = readFileSync(new URL('../standalone/usage.txt', import.meta.url), 'utf8').trimEnd();
// npm takes an option without `--` before it for its own, and passes it on as a variable.
for (const name of ['reset', 'watch']) {
  if (process.env[`npm_config_${name}`] !== 'true' || args.includes(`--${name}`)) continue;
  console.error(`npm has kept --${name} for itself, and nothing was started: write npm start -- --${name}.`);
  process.exit(1);
}
// Before anything is fetched.
if (args.includes('--help') || args.includes('-h')) {
  console.log(usage);
  process.exit(0);
}
const unknown = args.filter((arg) => arg !== '--reset' && arg !== '--watch');
if (unknown.length > 0) {
  console.error(`npm start takes no ${unknown.join(' ')}.\n${usage}`);
  process.exit(1);
}
const watch = args.includes('--watch') ? ['--watch'] : [];
const bun = await ensureInstalled(console.log);
process.exitCode = await run(bun, [...watch, 'standalone/main.ts', ...args.filter((arg) => arg !== '--watch')]);
