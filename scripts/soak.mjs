// `npm run soak`: buyers, kills and restarts on the real servers that the environment names, and a verdict.
import { refuseArguments } from './arguments.mjs';
import { ensureInstalled, run } from './bootstrap.mjs';

refuseArguments('soak', 'SOAK_SECONDS, SOAK_BUYERS, SOAK_PAYMENTS and SOAK_SEED set its size.');
const bun = await ensureInstalled(console.log);
// Every buyer may have two requests under way.
process.exitCode = await run(bun, ['soak/main.ts'], { env: { BUN_CONFIG_MAX_HTTP_REQUESTS: '4096' } });
