// `npm start`: everything in one process, with nothing installed before. `--watch` restarts it when a file changes.
import { ensureInstalled, run } from './bootstrap.mjs';

const args = process.argv.slice(2);
const watch = args.includes('--watch') ? ['--watch'] : [];
const bun = await ensureInstalled(console.log);
process.exitCode = await run(bun, [...watch, 'standalone/main.ts', ...args.filter((arg) => arg !== '--watch')]);
