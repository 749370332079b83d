// `npm run build`: installs what is missing, then builds the three binaries.
import { ensureInstalled, run } from './bootstrap.mjs';

process.exitCode = await run(await ensureInstalled(console.log), ['scripts/build.ts']);
