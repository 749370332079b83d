import { afterAll, setDefaultTimeout } from 'bun:test';
import { plugin } from 'bun';
import { stopTestPostgres } from './database.ts';

/**
 * Some tests set servers up for themselves, which takes its time on a machine that is busy. What hangs still fails. Bun
 * takes this for one file, and the next one has five seconds again: so it is written into each, on its first line.
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
// For what is no test by its name, such as tests/contract/addresses.ts.
setDefaultTimeout(patienceMs);
afterAll(stopTestPostgres);
