import type { Db } from '../db/client.ts';
import type { Logger } from '../process/log.ts';
import { gatherEvents } from './gather.ts';
import type { SeatFeed } from './seat-feed.ts';

const channel = 'onsale_seats';
/** A payload must stay below 8,000 bytes. */
const perMessage = 200;

/** The seat feed over PostgreSQL's LISTEN and NOTIFY. */
export function postgresSeatFeed({ sql, run, listen }: Db, log: Logger): SeatFeed {
  const ends = new Set<() => Promise<void>>();
  // Gathered also because a NOTIFY takes a lock at commit for which all others wait.
  const changes = gatherEvents(
    perMessage,
    (message) => run(() => sql`select pg_notify(${channel}, ${message})`),
    (err) => log.warn({ err }, 'live views were not told of a change'),
  );

  return {
    publish: changes.add,
    async subscribe({ onChange, onGap }) {
      const listening = Promise.withResolvers<void>();
      let listened = false;
      const stop = listen(channel, {
        onMessage: (payload) => payload.split(',').forEach(onChange),
        onListen() {
          if (listened) onGap();
          listened = true;
          listening.resolve();
        },
        onLost: (err) => log.warn({ err }, 'the seat feed is out of reach'),
      });
      ends.add(stop);
      await listening.promise;
      return async () => {
        ends.delete(stop);
        await stop();
      };
    },
    async close() {
      await changes.done();
      await Promise.all([...ends].map((stop) => stop()));
    },
  };
}
