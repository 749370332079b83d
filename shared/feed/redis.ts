import type { Logger } from '../log.ts';
import type { RedisServer } from '../redis/client.ts';
import { gatherEvents } from './gather.ts';
import type { SeatFeed } from './seat-feed.ts';

const channel = 'onsale_seats';
const perMessage = 1000;

/**
 * The seat feed over Redis' publish and subscribe, for each subscriber on a connection of its own. A connection that is
 * dead without a word is found out within `checkMs`.
 */
export function redisSeatFeed(redis: RedisServer, log: Logger, { checkMs = 1000 } = {}): SeatFeed {
  const ends = new Set<() => void>();
  const changes = gatherEvents(
    perMessage,
    (message) => redis.run(() => redis.client.publish(channel, message)),
    (err) => log.warn({ err }, 'live views were not told of a change'),
  );

  return {
    publish: changes.add,
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
      await changes.done();
      for (const end of ends) end();
    },
  };
}
