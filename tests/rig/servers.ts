import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { eventually } from '../../shared/testing/eventually.ts';

export type ServerName = 'pg' | 'redis' | 'kafka' | 'connect' | 'es';

/**
 * The real servers of this run, for tests that stop them. STACK_CONTROL is a command with the arguments
 * `start|stop|empty NAME…` (empty: stop, and drop the data) or `pid NAME`.
 */
export const servers = {
  start: (...names: ServerName[]) => control('start', ...names),
  stop: (...names: ServerName[]) => control('stop', ...names),
  empty: (...names: ServerName[]) => control('empty', ...names),
  /** Suspends a server: its connections stay, and it never responds. */
  hang: async (name: ServerName) => signal(await processesOf(name), 'SIGSTOP'),
  wake: async (name: ServerName) => signal(await processesOf(name), 'SIGCONT'),
  /**
   * Resolves when its processes are gone, zombies too: PostgreSQL does not start while the process in its
   * `postmaster.pid` exists in any state.
   */
  kill: async (name: ServerName) => {
    const pids = await processesOf(name);
    signal(pids, 'SIGKILL');
    await eventually(() => {
      const left = pids.filter(isThere);
      if (left.length > 0) throw new Error(`${name} was killed, but processes ${left} are still there`);
    });
  },
};

async function control(...args: string[]): Promise<string> {
  const command = process.env.STACK_CONTROL;
  if (!command) throw new Error('STACK_CONTROL names no command that stops and starts the servers');
  const { stdout } = await promisify(execFile)('bash', ['-c', `${command} "$@"`, 'control', ...args]);
  return stdout;
}

async function processesOf(name: ServerName): Promise<number[]> {
  const pid = Number(await control('pid', name));
  if (!(pid > 1)) throw new Error(`${name} has no process`);
  return [pid, ...descendants(pid)];
}

function descendants(pid: number): number[] {
  const all = execFileSync('ps', ['-A', '-o', 'pid=,ppid='])
    .toString()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const children = (of: number): number[] => all.flatMap(([child, parent]) => (parent === of && child ? [child] : []));
  const found: number[] = [];
  for (let next = children(pid); next.length > 0; next = next.flatMap(children)) found.push(...next);
  return found;
}

function signal(pids: number[], name: NodeJS.Signals): void {
  // A child may have ended by itself meanwhile.
  for (const pid of pids) reach(pid, name);
}

const isThere = (pid: number) => reach(pid, 0);

/** False if there is no such process. */
function reach(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
