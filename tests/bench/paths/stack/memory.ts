import type { Finding, Path } from '../../section.ts';
import { beforeAndAfter } from '../memory.ts';
import { startBinary } from './binary.ts';

const aimMb = 150;

/** The first of the search service builds the index that the second needs. */
const binaries = [
  { name: 'events', title: 'dist/events', env: {} },
  { name: 'booking', title: 'dist/booking', env: {} },
  { name: 'search', title: 'dist/search, ROLE=all', env: { ROLE: 'all' } },
  { name: 'search', title: 'dist/search, ROLE=api', env: { ROLE: 'api' } },
] as const;

export const memoryOfBinaries: Path = {
  name: 'memory-binaries',
  about:
    'Resident memory of each compiled binary on the real servers, after its start and after a mixed load; that of ' +
    '`ROLE=cdc` is under draining.',
  async run(world) {
    const findings: Finding[] = [];
    for (const { name, title, env } of binaries) {
      world.progress.begin(`memory, ${title}`);
      await world.withServers(startBinary(world, name, env), async (server) => {
        findings.push(...(await beforeAndAfter(world, title, server, { [name]: server.port }, aimMb)));
      });
    }
    return { comparisons: [], findings };
  },
};
