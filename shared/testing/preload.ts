import { afterAll, setDefaultTimeout } from 'bun:test';
import { plugin } from 'bun';
import { stopTestPostgres } from './database.ts';

/**
 * Some tests set up servers of their own, which takes long on a busy machine. A hung test still fails. Bun resets this
 * timeout to five seconds for each file: so it is written into each, on its first line.
 */
const patienceMs = 60_000;

plugin({
  name: 'patience',
  setup(build) {
    build.onLoad({ filter: /\.test\.ts$/ }, async ({ path }) => ({
      contents: `(await import('bun:test')).setDefaultTimeout(${patienceMs}); ${await Bun.file(path).text()}`,
      loader: 'ts',
    }));
  },
});
// For files that are no test by their name, such as tests/contract/addresses.ts.
setDefaultTimeout(patienceMs);
afterAll(stopTestPostgres);
