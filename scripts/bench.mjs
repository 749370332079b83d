// `npm run bench`: installs what is missing and measures the hot paths beside their floor. On the real servers it is the
// binaries whose memory is told, so they are built first.
import { ensureInstalled, run } from './bootstrap.mjs';

const bun = await ensureInstalled(console.log);
const args = process.argv.slice(2);
const built = args.includes('--stack') ? await run(bun, ['scripts/build.ts']) : 0;
process.exitCode = built || (await run(bun, ['bench/main.ts', ...args]));
