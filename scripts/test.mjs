// `npm test`: installs what is missing, runs `bun test` and ends with one line that every CI can read. What it leaves to other
// runs stands in bunfig.toml.
import { ensureInstalled } from './bootstrap.mjs';
import { report, runCounted } from './count.mjs';

const bun = await ensureInstalled(console.log);
process.exitCode = report([await runCounted(bun, ['test', ...process.argv.slice(2)])]);
