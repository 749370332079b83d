import { Redis, type RedisOptions } from 'ioredis';
import type { Address } from './speaks.ts';

/** A Sentinel can't be reached, or does not say where Redis is; the cause tells why. */
export class SentinelError extends Error {
  constructor(cause: unknown) {
    super('Sentinel does not say where Redis is', { cause });
  }
}

/** The address of the primary that Sentinel has named can't be reached; the cause tells why. */
export class PrimaryAway extends Error {
  constructor(cause: Error) {
    super('Sentinel names a primary that can’t be reached', { cause });
  }
}

/** The message of the error for a name that Sentinel does not know. */
export const unknownMaster = 'No such master with that name';

const timeoutMs = 1000;

type Login = Pick<RedisOptions, 'Connector' | 'username' | 'tls'>;

/** Asks a Sentinel for the address of the primary. Throws `SentinelError`. */
export async function askSentinel(at: Address, master: string, options: Login): Promise<Address> {
  const client = new Redis({
    ...options,
    ...at,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    disconnectTimeout: 20,
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // They are the command's, too.
  client.on('error', () => {});
  try {
    const [host, port] = ((await client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', master)) ?? []) as string[];
    if (!host) throw new Error(unknownMaster);
    return { host, port: Number(port) };
  } catch (error) {
    throw new SentinelError(error);
  } finally {
    client.disconnect();
  }
}
