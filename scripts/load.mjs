// `npm run load -- browse|search|onsale`: installs what is missing and runs a load test against a running platform.
import { ensureInstalled, run } from './bootstrap.mjs';

const bun = await ensureInstalled(console.log);
process.exitCode = await run(bun, ['load/main.ts', ...process.argv.slice(2)]);
