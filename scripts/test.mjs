// `npm test`: installs what is missing, runs the tests and ends with one line that every CI can read.
import { ensureInstalled } from './bootstrap.mjs';
import { report, runCounted } from './count.mjs';

const bun = await ensureInstalled(console.log);
// Tests of the real servers (`*.stack.test.ts`) belong to `npm run test:stack`, those of images and manifests to
// `npm run check:deploy`.
const ignored = ['**/*.stack.test.ts', 'deploy/**'].map((pattern) => `--path-ignore-patterns=${pattern}`);
// What sets servers up takes its time on a machine that is busy (the preload's default reaches the first file alone).
const args = ['test', '--timeout=30000', ...ignored, ...process.argv.slice(2)];
process.exitCode = report([await runCounted(bun, args)]);
