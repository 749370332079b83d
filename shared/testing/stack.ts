import type { RedisConfig } from '../config/config.ts';

/** The address of a real server, from the environment. A test that needs one fails without it. */
export function stackAddress(
  name: 'REDIS_ADDR' | 'KAFKA_LISTENERS' | 'KAFKA_CONNECT_URL' | 'ELASTICSEARCH_ADDR',
): string {
  const address = process.env[name];
  if (!address) throw new Error(`${name} names no server: \`npm run test:stack\` needs the real ones`);
  return address;
}

/** The Redis of this run. */
export const stackRedis = (): RedisConfig => ({ nodes: [stackAddress('REDIS_ADDR')], password: '', database: 0 });
