import { compare } from '../compare.ts';
import { makePlannedEvent } from '../events.ts';
import type { Path } from '../section.ts';

export const plan: Path = {
  name: 'plan',
  about:
    '`GET /api/v1/management/events/:uuid/plan/:hash`, the seating plan of 20,000 seats, compressed by zstd. The floor ' +
    'has the compressed bytes.',
  run: (world) =>
    world.withServers(world.startService('events', { SERVER_COMPRESS: 'true' }), async (server) => {
      const name = 'plan, 20,000 seats, compressed, 512 connections';
      world.progress.begin(name);
      const page = `/api/v1/management/events/${await makePlannedEvent(world.db, 'An evening by a plan')}/plan`;
      const { hash } = (await (await fetch(`http://127.0.0.1:${server.port}${page}`)).json()) as { hash: string };
      const request = { path: `${page}/${hash}`, headers: { 'Accept-Encoding': 'zstd' } };
      const comparison = await compare(world, {
        ...{ name, server, connections: 512, aim: 0.6, example: request },
        source: () => ({ kind: 'list', requests: [request] }),
      });
      return { comparisons: [comparison], findings: [] };
    }),
};
