// `npm test`: installs what is missing, runs the tests and ends with one line that every CI can read.
import { ensureInstalled } from './bootstrap.mjs';
import { report, runCounted } from './count.mjs';

const bun = await ensureInstalled(console.log);
process.exitCode = report([await runCounted(bun, ['test', ...process.argv.slice(2)])]);
