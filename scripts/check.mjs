// `npm run check`: format, lint, the walls between the folders (biome.json), types and API documents. No server,
// seconds.
import { ensureInstalled, run } from './bootstrap.mjs';

const bun = await ensureInstalled(console.log);
const steps = {
  'format, lint and walls': ['x', '--bun', 'biome', 'check', '--error-on-warnings', '.'],
  types: ['x', '--bun', 'tsc', '-p', '.'],
  // The scripts of k6 have its globals, and none of Bun's.
  'types of tests/load/': ['x', '--bun', 'tsc', '-p', 'tests/load'],
  'API documents': ['scripts/api.ts', '--lint'],
};
for (const [name, args] of Object.entries(steps)) {
  const started = performance.now();
  const code = await run(bun, args);
  console.log(`${name}: ${code === 0 ? 'ok' : 'FAILED'} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  if (code !== 0) process.exit(code);
}
