// `npm test`: installs missing packages, runs `bun test` and ends with one line that every CI can read. bunfig.toml has
// the tests that it leaves to other runs.
import { ensureInstalled } from './bootstrap.mjs';
import { report, runCounted } from './count.mjs';

const bun = await ensureInstalled(console.log);
process.exitCode = report([await runCounted(bun, ['test', ...process.argv.slice(2)])]);
