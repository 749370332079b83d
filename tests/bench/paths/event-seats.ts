import { stadiumEventUuid } from '../../../drizzle/seed/demo.ts';
import { type Comparison, compare } from '../compare.ts';
import { ticketsOf } from '../events.ts';
import { writeLocks } from '../lock-writer.ts';
import type { Path } from '../section.ts';

const changesPerSecond = 100;
const page = `/api/v1/management/events/${stadiumEventUuid}`;

export const eventSeats: Path = {
  name: 'event-seats',
  about:
    `\`GET ${page}/seats\`, the statuses of 20,000 seats, while ${changesPerSecond} times a second a lock of that event ` +
    'is taken or released, and the event’s page for clients that have it, without changes: a 304 as of each request.',
  run: (world) =>
    world.withServers(world.startService('events'), async (server) => {
      const comparisons: Comparison[] = [];
      const measure = async (
        name: string,
        path: string,
        status: number,
        aim?: number,
        headers?: Record<string, string>,
      ) => {
        world.progress.begin(name);
        const request = { path, ...(headers && { headers }) };
        const source = () => ({ kind: 'list' as const, requests: [request] });
        comparisons.push(
          await compare(world, {
            name,
            server,
            connections: 512,
            ...(aim && { aim }),
            example: request,
            status,
            source,
          }),
        );
      };
      const stop = writeLocks(
        world.locks,
        stadiumEventUuid,
        await ticketsOf(world.db, stadiumEventUuid),
        changesPerSecond,
      );
      await measure('seats, 20,000 seats, 512 connections', `${page}/seats`, 200, 0.6).finally(stop);
      const plain = { 'Accept-Encoding': 'identity' };
      // Each coding has an ETag of its own, and the generator accepts none.
      const known = await fetch(`http://127.0.0.1:${server.port}${page}`, { headers: plain });
      await known.arrayBuffer();
      const etag = known.headers.get('etag')!;
      await measure('page304, 20,000 seats, 512 connections', page, 304, undefined, {
        'If-None-Match': etag,
        ...plain,
      });
      return { comparisons, findings: [] };
    }),
};
