import { Redis } from 'ioredis';
import type { Random } from '../../drizzle/seed/random.ts';
import { sleep } from '../../shared/async/clock.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { stackAddress } from '../../shared/testing/stack.ts';
import { type ServerName, servers } from '../rig/servers.ts';
import { count, type Span } from './ledger.ts';
import type { Processes } from './processes.ts';

/** A fault of the platform, and how often it occurs in a round. */
type Fault = { name: string; share: number; strike(): Promise<unknown> };

const patienceMs = 60_000;
/** Longer than an order is pending before the others end it. */
const longHangMs = 5000;
const shortHangMs = 2000;

/**
 * After a calm, injects each fault round after round, in a random order, one at a time, until the signal comes;
 * `strikes` counts them, and `locksLost` has the times of Redis' faults. Resolves when all servers are up again.
 */
export async function injectFaults(
  deps: {
    processes: Processes;
    random: Random;
    calmMs: number;
    pauseMs: number;
    strikes: Map<string, number>;
    locksLost: Span[];
  },
  signal: AbortSignal,
): Promise<void> {
  const { processes, random, calmMs, pauseMs, strikes, locksLost } = deps;
  // One of each first, however few there will be.
  let round = [/process.* killed/, /^Redis/, /^PostgreSQL/].map((kind) =>
    random.pick(faults().filter(({ name }) => kind.test(name))),
  );
  await sleep(calmMs, signal);
  while (!signal.aborted) {
    if (round.length === 0) round = faults().flatMap((fault) => Array.from({ length: fault.share }, () => fault));
    const [fault] = round.splice(random.int(0, round.length - 1), 1) as [Fault];
    await sleep(pauseMs * (0.5 + random.next()), signal);
    if (signal.aborted) break;
    const span: Span = { from: Date.now(), until: Number.POSITIVE_INFINITY };
    if (fault.name.startsWith('Redis')) locksLost.push(span);
    await fault.strike();
    span.until = Date.now();
    count(strikes, fault.name);
  }

  function faults(): Fault[] {
    const any = () => random.int(0, processes.urls.length - 1);
    const all = () => Promise.all(processes.urls.map((_, i) => processes.kill(i)));
    return [
      { name: 'process killed', share: 4, strike: () => processes.kill(any()) },
      { name: 'all processes killed', share: 1, strike: all },
      { name: 'process hung', share: 1, strike: () => processes.hang(any(), longHangMs) },
      { name: 'Redis restarted', share: 1, strike: () => restart('redis', 'stop') },
      { name: 'Redis killed', share: 1, strike: () => restart('redis', 'kill') },
      { name: 'Redis hung', share: 1, strike: () => hang('redis') },
      { name: 'Redis emptied', share: 1, strike: emptyRedis },
      { name: 'PostgreSQL restarted', share: 1, strike: () => restart('pg', 'stop') },
      { name: 'PostgreSQL killed', share: 2, strike: () => restart('pg', 'kill') },
      { name: 'PostgreSQL hung', share: 1, strike: () => hang('pg') },
    ];
  }
}

async function hang(name: ServerName): Promise<void> {
  await servers.hang(name);
  await sleep(shortHangMs);
  await servers.wake(name);
}

async function restart(name: ServerName, how: 'stop' | 'kill'): Promise<void> {
  await servers[how](name);
  // A killed server leaves files that a stop removes.
  if (how === 'kill') await servers.stop(name);
  await eventually(() => servers.start(name), patienceMs);
}

/** Drops all locks at once, without a lost connection. */
async function emptyRedis(): Promise<void> {
  const [host = '', port = ''] = stackAddress('REDIS_ADDR').split(':');
  const redis = new Redis({ host, port: Number(port) });
  await redis.flushdb();
  await redis.quit();
}
