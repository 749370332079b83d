import { join } from 'node:path';
import type { Load, LoadResult } from './load-run.ts';

/** A handle on the load generator's process. */
export type Generator = {
  /** Runs one load. Rejects when it fails, or when a response had another status than `expect`. */
  run(load: Load, expect: number): Promise<LoadResult>;
  stop(): Promise<void>;
};

export function startGenerator(): Generator {
  let answer: ((message: { result: LoadResult } | { failure: string }) => void) | undefined;
  const child = Bun.spawn([process.execPath, join(import.meta.dirname, 'load.ts')], {
    stdio: ['ignore', 'inherit', 'inherit'],
    serialization: 'json',
    ipc: (message) => answer?.(message),
    onExit: (_, code) => answer?.({ failure: `the load generator ended with ${code}` }),
  });
  return {
    async run(load, expect) {
      const { promise, resolve } = Promise.withResolvers<{ result: LoadResult } | { failure: string }>();
      answer = resolve;
      child.send(load);
      const message = await promise;
      answer = undefined;
      if ('failure' in message) throw new Error(`The load on port ${load.port} failed: ${message.failure}`);
      const { statuses } = message.result;
      if (Object.keys(statuses).some((status) => Number(status) !== expect)) {
        throw new Error(`Expected only ${expect}, but the answers were ${JSON.stringify(statuses)}`);
      }
      return message.result;
    },
    async stop() {
      child.kill();
      await child.exited;
    },
  };
}
