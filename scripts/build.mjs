// `npm run build`: installs what is missing, then builds the binaries; see scripts/build.ts.
import { ensureInstalled, run } from './bootstrap.mjs';

process.exitCode = await run(await ensureInstalled(console.log), ['scripts/build.ts', ...process.argv.slice(2)]);
