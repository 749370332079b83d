// `npm run histories`: histories of the sale, recorded and judged, on locks in PostgreSQL, or in Redis where REDIS_ADDR names one.
import { ensureInstalled, run } from './bootstrap.mjs';

const bun = await ensureInstalled(console.log);
process.exitCode = await run(bun, ['histories/main.ts', ...process.argv.slice(2)]);
