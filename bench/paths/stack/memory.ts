import { join } from 'node:path';
import { startServer } from '../../processes.ts';
import type { Finding, Path } from '../../section.ts';
import { root } from '../../world.ts';
import { buildBinaries } from '../binaries.ts';
import { beforeAndAfter } from '../memory.ts';

const aimMb = 150;

export const memoryOfBinaries: Path = {
  name: 'memory-binaries',
  about: 'Resident memory of each compiled binary on the real servers, after its start and after a mixed load.',
  async run(world) {
    const findings: Finding[] = [];
    await buildBinaries();
    for (const name of ['events', 'booking', 'search'] as const) {
      world.progress.begin(`memory, dist/${name}`);
      const env = { ...world.databaseEnv, SERVER_ADDR: '127.0.0.1:0' };
      await world.withServers(startServer([join(root, 'dist', name)], env), async (server) => {
        findings.push(...(await beforeAndAfter(world, `dist/${name}`, server, { [name]: server.port }, aimMb)));
      });
    }
    return { comparisons: [], findings };
  },
};
