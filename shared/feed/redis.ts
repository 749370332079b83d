import { sleep } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { RedisServer } from '../redis/client.ts';
import type { SeatFeed } from './seat-feed.ts';

const channel = 'onsale_seats';
/** Messages about one event are gathered this long: under a rush they would be thousands that say the same. */
const gatherMs = 10;
const perMessage = 1000;

/**
 * The seat feed over Redis' publish and subscribe, for each subscriber on a connection of its own. A connection that is
 * dead without a word is found out within `checkMs`.
 */
export function redisSeatFeed(redis: RedisServer, log: Logger, { checkMs = 2000 } = {}): SeatFeed {
  const waiting = new Set<string>();
  const ends = new Set<() => void>();
  let sending: Promise<void> | undefined;

  async function sendAll(): Promise<void> {
    while (waiting.size > 0) {
      await sleep(gatherMs);
      const eventUuids = [...waiting];
      waiting.clear();
      for (let i = 0; i < eventUuids.length; i += perMessage) {
        const message = eventUuids.slice(i, i + perMessage).join(',');
        await redis
          .run(() => redis.client.publish(channel, message))
          .catch((err) => {
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
      const subscriber = redis.subscriber();
      let listened = false;
      const listening = Promise.withResolvers<void>();
      subscriber.on('message', (_channel: string, message: string) => message.split(',').forEach(onChange));
      // At every connection; the driver must not subscribe by itself, for then nobody would know when it did.
      subscriber.on('ready', async () => {
        try {
          await subscriber.subscribe(channel);
          if (listened) onGap();
          listened = true;
          listening.resolve();
        } catch (err) {
          log.warn({ err }, 'the seat feed is out of reach');
          subscriber.disconnect(true);
        }
      });
      // Who only listens would wait for a dead connection without end; the driver drops one that does not answer.
      const check = setInterval(() => {
        if (subscriber.status === 'ready') subscriber.ping().catch(() => {});
      }, checkMs);
      const end = () => {
        clearInterval(check);
        ends.delete(end);
        subscriber.disconnect();
      };
      ends.add(end);
      await listening.promise;
      return async () => end();
    },
    close: async () => {
      await sending;
      for (const end of ends) end();
    },
  };
}
