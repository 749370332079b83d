import { compare } from '../compare.ts';
import { ready } from '../ready.ts';
import type { Path } from '../section.ts';

const path = '/api/v1/search/events?q=madisn%20sqare';

export const searchCached: Path = {
  name: 'search-cached',
  about: `\`GET ${path}\`, the same again and again, over the demo’s 407 events: the response comes from the cache.`,
  run: (world) =>
    world.withServers(world.startService('search'), async (server) => {
      world.progress.begin('search, cached');
      await ready(server.port);
      const comparison = await compare(world, {
        name: 'search, cached',
        server,
        connections: 128,
        aim: 0.6,
        example: { path },
        source: () => ({ kind: 'list', requests: [{ path }] }),
      });
      return { comparisons: [comparison], findings: [] };
    }),
};
