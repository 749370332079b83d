// `npm run bench`: installs what is missing, and measures the hot paths beside their floor.
import { ensureInstalled, run } from './bootstrap.mjs';

const bun = await ensureInstalled(console.log);
process.exitCode = await run(bun, ['bench/main.ts', ...process.argv.slice(2)]);
