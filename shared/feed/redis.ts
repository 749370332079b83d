import { withTimeout } from '../async/with-timeout.ts';
import type { Logger } from '../process/log.ts';
import { checkDeadlineMs } from '../redis/checks.ts';
import { outage, type RedisServer } from '../redis/client.ts';
import { refusalOf } from '../redis/refusals.ts';
import { gatherEvents } from './gather.ts';
import type { SeatFeed } from './seat-feed.ts';

const channel = 'onsale_seats';
const perMessage = 1000;
/** A message about no event: only to check that the server accepts it. */
const asked = '';

/** A subscriber: whether it listens, a promise that it will, and the last refusal since it did. */
type Listening = { isThere?: boolean; now: PromiseWithResolvers<void>; failed?: unknown };

/** A feed with a health check. */
export type RedisSeatFeed = SeatFeed & {
  /**
   * Throws unless a change can be published, and each subscriber of this process listens: `Unfit` when Redis refuses.
   */
  check(): Promise<void>;
};

/**
 * The seat feed over Redis' publish and subscribe, with a connection per subscriber. A silently dead connection is
 * detected within `checkMs`.
 */
export function redisSeatFeed(redis: RedisServer, log: Logger, { checkMs = 1000 } = {}): RedisSeatFeed {
  const ends = new Set<() => void>();
  const subscribers = new Set<Listening>();
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
      const state: Listening = { now: Promise.withResolvers<void>() };
      subscribers.add(state);
      const first = state.now.promise;
      subscriber.on('message', (_channel: string, message: string) => {
        if (message !== asked) message.split(',').forEach(onChange);
      });
      subscriber.on('close', () => {
        if (state.isThere) state.now = Promise.withResolvers<void>();
        state.isThere = false;
      });
      // At every connection; the driver must not subscribe by itself, as it would not report when it did.
      subscriber.on('ready', async () => {
        try {
          await subscriber.subscribe(channel);
          if (listened) onGap();
          listened = true;
          state.isThere = true;
          state.failed = undefined;
          state.now.resolve();
        } catch (err) {
          // It is tried again ten times in a second.
          if (state.failed === undefined) log.warn({ err }, 'the seat feed is out of reach');
          state.failed = err;
          subscriber.disconnect(true);
        }
      });
      // A listener would wait for a dead connection without end; the driver drops a connection that does not respond.
      const check = setInterval(() => {
        if (subscriber.status === 'ready') subscriber.ping().catch(() => {});
      }, checkMs);
      const end = () => {
        clearInterval(check);
        ends.delete(end);
        subscribers.delete(state);
        subscriber.disconnect();
      };
      ends.add(end);
      await first;
      return async () => end();
    },
    check: async () => {
      const hear = async ({ now, failed }: Listening) => {
        if (refusalOf(failed)) throw outage(failed);
        await withTimeout(() => now.promise, checkDeadlineMs);
      };
      const tell = redis.run(() => redis.client.publish(channel, asked), checkDeadlineMs);
      await Promise.all([tell, ...[...subscribers].map(hear)]);
    },
    close: async () => {
      await changes.done();
      for (const end of ends) end();
    },
  };
}
