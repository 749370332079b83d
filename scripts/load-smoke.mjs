// `npm run load:smoke`: a few seconds of each load test against a standalone platform of its own. Needs k6.
import { refuseArguments } from './arguments.mjs';
import { ensureInstalled, run } from './bootstrap.mjs';

refuseArguments('load:smoke');
const bun = await ensureInstalled(console.log);
process.exitCode = await run(bun, ['load/smoke.ts']);
