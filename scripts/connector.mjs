// `npm run connector -- apply|status|delete`: what `search connector` of the binary does.
import { ensureInstalled, run } from './bootstrap.mjs';

const args = ['services/search/main.ts', 'connector', ...process.argv.slice(2)];
process.exitCode = await run(await ensureInstalled(console.log), args);
