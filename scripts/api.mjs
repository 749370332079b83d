// `npm run api`: writes the three OpenAPI documents to dist/api, without a server.
import { ensureInstalled, run } from './bootstrap.mjs';

const bun = await ensureInstalled(console.log);
process.exitCode = await run(bun, ['scripts/api.ts']);
