import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../../shared/async/clock.ts';
import { runProcess, type Started, startProcess } from '../rig/process.ts';
import { bun, root } from '../rig/targets.ts';
import type { BreakName } from './breaks.ts';

/** Booking processes without a load balancer: a request to a dead one gets no response. */
export type Processes = {
  /** The last known address of each. */
  urls: string[];
  killed(): number;
  /** `kill -9` of one, and a new one in its place; resolves when that one listens. */
  kill(index: number): Promise<void>;
  /** Suspends one for so long; it then continues its work. */
  hang(index: number, ms: number): Promise<void>;
  /** Runs a subcommand of the program; throws with its output unless it exits with 0. */
  run(...args: string[]): Promise<string>;
  /** Ends all by SIGTERM; returns their exit codes. */
  stop(): Promise<number[]>;
};

export const processLog = join(root, '.onsale', 'soak', 'booking.log');

export async function startProcesses(
  number: number,
  env: Record<string, string>,
  breakAs?: BreakName,
): Promise<Processes> {
  const preload = breakAs ? ['--preload', join(import.meta.dirname, 'break.ts')] : [];
  const command = [bun, ...preload, join(root, 'services', 'booking', 'main.ts')];
  const environment = { ...env, ...(breakAs && { SOAK_BREAK: breakAs }) };
  const start = () => startProcess(command, { ...environment, SERVER_ADDR: '127.0.0.1:0', LOG_REQUESTS: 'false' });
  const urlOf = ({ ports }: Started) => `http://127.0.0.1:${ports[0]}`;
  const running = await Promise.all(Array.from({ length: number }, start));
  const urls = running.map(urlOf);
  let killed = 0;
  return {
    urls,
    killed: () => killed,
    async kill(index) {
      await running[index]!.kill();
      killed++;
      keepLog(running[index]!);
      running[index] = await start();
      urls[index] = urlOf(running[index]);
    },
    async hang(index, ms) {
      const { pid } = running[index]!;
      process.kill(pid, 'SIGSTOP');
      await sleep(ms);
      process.kill(pid, 'SIGCONT');
    },
    run: (...args) => runProcess([...command, ...args], environment),
    async stop() {
      const codes = await Promise.all(running.map((one) => one.stop()));
      for (const one of running) keepLog(one);
      return codes;
    },
  };
}

/** One process of the events service, whose organisers' API nobody kills. */
export const startEvents = (env: Record<string, string>): Promise<Started> =>
  startProcess([bun, join(root, 'services', 'events', 'main.ts')], {
    ...env,
    SERVER_ADDR: '127.0.0.1:0',
    LOG_REQUESTS: 'false',
  });

const keepLog = ({ output }: Started) => appendFileSync(processLog, `${output()}\n`);
