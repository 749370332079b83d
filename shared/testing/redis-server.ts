import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../process/free-port.ts';

/** A test's own Redis, which it may stop, hang and break. */
export type OwnRedis = {
  node: string;
  port: number;
  command(...args: string[]): Promise<unknown>;
  hang(): void;
  wake(): void;
  /** Kills it, and starts it again empty. */
  restartEmpty(): Promise<void>;
  stop(): Promise<void>;
};

/** Starts the program that REDIS_SERVER names, on a free port, with more `options` such as `--cluster-enabled yes`. */
export async function startRedis(...options: string[]): Promise<OwnRedis> {
  const program = process.env.REDIS_SERVER;
  if (!program) throw new Error('REDIS_SERVER names no program: `npm run test:stack` needs a Redis that it can break');
  const dir = await mkdtemp(join(tmpdir(), 'onsale-redis-'));
  const port = await portForCluster();
  let child = await launch();

  async function launch() {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', dir, ...options];
    const started = spawn(program!, args, { stdio: 'ignore' });
    const exited = new Promise<void>((resolve) => started.once('exit', () => resolve()));
    await answers(port);
    return { process: started, exited };
  }

  async function kill(): Promise<void> {
    child.process.kill('SIGKILL');
    await child.exited;
  }

  return {
    node: `127.0.0.1:${port}`,
    port,
    async command(name, ...args) {
      const redis = new Redis({ host: '127.0.0.1', port });
      return redis.call(name, ...args).finally(() => redis.disconnect());
    },
    hang: () => void child.process.kill('SIGSTOP'),
    wake: () => void child.process.kill('SIGCONT'),
    async restartEmpty() {
      await kill();
      child = await launch();
    },
    async stop() {
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function answers(port: number): Promise<void> {
  const redis = new Redis({ host: '127.0.0.1', port, maxRetriesPerRequest: 100, retryStrategy: () => 20 });
  redis.on('error', () => {});
  await redis.ping().finally(() => redis.disconnect());
}

/** A cluster node also takes the port 10,000 above. */
async function portForCluster(): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (port < 55_000) return port;
  }
}
