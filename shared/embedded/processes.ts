import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { sleep } from '../async/clock.ts';

export type ProcessInfo = {
  /** Tells this process from a later one with the same pid. */
  startedAt: string;
  /** The command line, arguments joined by one space. */
  command: string;
};

/** Returns the process with a pid, or undefined. One that has ended, or is about to, does not count. */
export function inspectProcess(pid: number): ProcessInfo | undefined {
  try {
    return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
  } catch {
    return undefined;
  }
}

/** Returns whether the pid is the server process of this data folder, and not another program that got its pid. */
export function isPostmasterOf(pid: number, dataDir: string): boolean {
  return `${inspectProcess(pid)?.command ?? ''} `.includes(`-D ${dataDir} `);
}

/** Ends the server: a fast shutdown, harder after 5 s and 8 s. Returns when the process is gone. */
export async function stopPostmaster(pid: number, dataDir: string): Promise<void> {
  const steps: [NodeJS.Signals, number][] = [
    ['SIGINT', 5_000],
    ['SIGQUIT', 3_000],
    ['SIGKILL', 10_000],
  ];
  for (const [signal, patienceMs] of steps) {
    if (!isPostmasterOf(pid, dataDir)) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    if (await until(() => !isPostmasterOf(pid, dataDir), patienceMs)) return;
  }
  throw new Error(`PostgreSQL (pid ${pid}) outlived a SIGKILL`);
}

/** Polls until the condition holds; false when it did not in time. */
export async function until(condition: () => boolean | Promise<boolean>, patienceMs: number): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    await sleep(25);
  }
  return true;
}

function fromProc(pid: number): ProcessInfo | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold anything; the fields after it start with the state.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
  // A process that exits gives its memory back, with the command line, a moment before it is a zombie.
  if (command === '') return undefined;
  return { startedAt: fields[19] ?? '', command };
}

function fromPs(pid: number): ProcessInfo | undefined {
  const columns = ['-o', 'stat=', '-o', 'lstart=', '-o', 'args='];
  const line = execFileSync('ps', ['-ww', ...columns, '-p', String(pid)], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
  const found = /^(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/.exec(line);
  if (!found || found[1]?.startsWith('Z')) return undefined;
  return { startedAt: found[2] ?? '', command: found[3] ?? '' };
}
