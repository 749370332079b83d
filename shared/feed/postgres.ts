import type { Db } from '../db/client.ts';
import type { Logger } from '../log.ts';
import { gatherEvents } from './gather.ts';
import type { SeatFeed } from './seat-feed.ts';

const channel = 'onsale_seats';
/** A payload must stay below 8,000 bytes. */
const perMessage = 200;

/** The seat feed over PostgreSQL's LISTEN and NOTIFY. */
export function postgresSeatFeed({ sql, run }: Db, log: Logger): SeatFeed {
  // Gathered also because a NOTIFY takes a lock at commit that all others wait for.
  const changes = gatherEvents(
    perMessage,
    (message) => run(() => sql`select pg_notify(${channel}, ${message})`),
    (err) => log.warn({ err }, 'live views were not told of a change'),
  );

  return {
    publish: changes.add,
    async subscribe({ onChange, onGap }) {
      let ended = false;
      let connected = false;
      const listening = Promise.withResolvers<void>();
      const onNotify = (payload: string) => {
        if (!ended) payload.split(',').forEach(onChange);
      };
      // Called at every connection: after the first, messages may have been missed.
      const onListen = () => {
        if (connected && !ended) onGap();
        connected = true;
        listening.resolve();
      };
      // The driver connects again by itself, also when the first connection fails; its `unlisten` then works no more.
      sql.listen(channel, onNotify, onListen).catch((err) => log.warn({ err }, 'the seat feed is out of reach'));
      await listening.promise;
      return async () => {
        ended = true;
      };
    },
    close: changes.done,
  };
}
