import { sleep } from '../clock.ts';
import type { Db } from '../db/client.ts';
import type { Logger } from '../log.ts';
import type { SeatFeed } from './seat-feed.ts';

const channel = 'onsale_seats';
/** Messages are gathered this long: a NOTIFY takes a lock at commit that all others wait for. */
const gatherMs = 10;
/** A payload must stay below 8,000 bytes. */
const perMessage = 200;

/** The seat feed over PostgreSQL's LISTEN and NOTIFY. */
export function postgresSeatFeed({ sql, run }: Db, log: Logger): SeatFeed {
  const waiting = new Set<string>();
  let sending: Promise<void> | undefined;

  async function sendAll(): Promise<void> {
    while (waiting.size > 0) {
      await sleep(gatherMs);
      const eventUuids = [...waiting];
      waiting.clear();
      for (let i = 0; i < eventUuids.length; i += perMessage) {
        const payload = eventUuids.slice(i, i + perMessage).join(',');
        await run(() => sql`select pg_notify(${channel}, ${payload})`).catch((err) => {
          log.warn({ err }, 'live views were not told of a change');
        });
      }
    }
    sending = undefined;
  }

  return {
    publish(eventUuid) {
      waiting.add(eventUuid);
      sending ??= sendAll();
    },
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
    close: async () => {
      await sending;
    },
  };
}
