import type { Redis } from 'ioredis';
import type { RedisConfig } from '../config/config.ts';
import { currentSpan, outsideTrace } from '../tracing/span.ts';
import type { RedisClient } from './connect.ts';

/**
 * Makes the commands of a client spans of the current trace, by the semantic conventions of Redis. Keys and values are
 * not in them.
 */
export function traceCommands(client: RedisClient, { nodes, database }: RedisConfig): void {
  const attributes = { 'db.system.name': 'redis', 'db.namespace': String(database), 'server.address': nodes.join(',') };
  // A cluster has the same method.
  const one = client as Redis;
  const send = one.sendCommand.bind(one);
  one.sendCommand = (command, ...rest) => {
    const name = command.name.toUpperCase();
    const span = currentSpan()?.child(name, {
      kind: 'client',
      attributes: { ...attributes, 'db.operation.name': name },
    });
    if (span) {
      command.promise.then(
        () => span.end(),
        (error) => span.end(error),
      );
    }
    return outsideTrace(() => send(command, ...rest));
  };
}
