// `npm test`: installs what is missing, runs the tests and ends with one line that every CI can read.
import { ensureInstalled } from './bootstrap.mjs';
import { report, runCounted } from './count.mjs';

const bun = await ensureInstalled(console.log);
// Tests of the real servers (`*.stack.test.ts`) belong to `npm run test:stack`.
const args = ['test', '--path-ignore-patterns=**/*.stack.test.ts', ...process.argv.slice(2)];
process.exitCode = report([await runCounted(bun, args)]);
