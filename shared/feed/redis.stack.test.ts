import { silentLog } from '../log.ts';
import { openRedis } from '../redis/client.ts';
import { stackRedis } from '../testing/stack.ts';
import { redisSeatFeed } from './redis.ts';
import { seatFeedConformance } from './seat-feed.conformance.ts';

seatFeedConformance('Redis', async () => {
  const [redis, other] = [openRedis(stackRedis()), openRedis(stackRedis())];
  const [feed, otherProcess] = [redisSeatFeed(redis, silentLog), redisSeatFeed(other, silentLog)];
  return {
    feed,
    otherProcess,
    disconnect: async () => void (await redis.run(() => redis.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub'))),
    close: async () => {
      await Promise.all([feed.close(), otherProcess.close()]);
      await Promise.all([redis.close(), other.close()]);
    },
  };
});
