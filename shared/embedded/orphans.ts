import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { sleep } from '../async/clock.ts';
import { inspectProcess } from './processes.ts';

/** The `cluster_name` of a data folder's server: PostgreSQL puts it into the title of each of its processes. */
export function clusterName(dataDir: string): string {
  return `onsale-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`;
}

/**
 * Ends the processes that a killed server left behind. One that is busy with a query may go on for hours, and
 * PostgreSQL does not start beside it. Call it only when the server itself is gone.
 */
export async function endOrphans(dataDir: string): Promise<void> {
  const title = `postgres: ${clusterName(dataDir)}: `;
  for (const signal of ['SIGQUIT', 'SIGKILL'] as const) {
    const orphans = listProcesses().filter(({ command }) => command.startsWith(title));
    if (orphans.length === 0) return;
    for (const { pid } of orphans) kill(pid, signal);
    await sleep(200);
  }
}

function listProcesses(): { pid: number; command: string }[] {
  if (process.platform === 'linux') {
    const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
    return pids.map((pid) => ({ pid, command: inspectProcess(pid)?.command ?? '' }));
  }
  const lines = execFileSync('ps', ['-axww', '-o', 'pid=', '-o', 'args='], { encoding: 'utf8' }).split('\n');
  return lines.map((line) => ({ pid: Number.parseInt(line, 10), command: line.trim().replace(/^\d+\s+/, '') }));
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // Gone in the meantime, as wanted.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
