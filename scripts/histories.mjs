// `npm run histories`: histories of the sale, recorded and judged, with locks in PostgreSQL (in Redis: `npm run test:stack`).
import { ensureInstalled, run } from './bootstrap.mjs';

const bun = await ensureInstalled(console.log);
process.exitCode = await run(bun, ['histories/main.ts', ...process.argv.slice(2)]);
