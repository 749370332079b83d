// `npm run bench`: installs what is missing, builds the binaries, which are measured too, and measures the hot paths beside
// their floor.
import { ensureInstalled, run } from './bootstrap.mjs';

const bun = await ensureInstalled(console.log);
const built = await run(bun, ['scripts/build.ts', '--platform', 'own']);
process.exitCode = built || (await run(bun, ['bench/main.ts', ...process.argv.slice(2)]));
