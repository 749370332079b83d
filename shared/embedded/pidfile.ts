import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isPostmasterOf } from './processes.ts';

export type Postmaster = { pid: number; port: number };

/**
 * The server that an earlier run left running on this data folder, or undefined.
 * A pid file whose process is gone, or is another program by now, is removed: PostgreSQL would refuse to start over it.
 */
export function findPostmaster(dataDir: string): Postmaster | undefined {
  const path = join(dataDir, 'postmaster.pid');
  const text = read(path);
  if (text === undefined) return undefined;
  const postmaster = parsePidFile(text);
  if (postmaster && isPostmasterOf(postmaster.pid, dataDir)) return postmaster;
  rmSync(path, { force: true });
  return undefined;
}

/** Line 1 is the pid, line 4 the port (still missing, hence 0, in the first moments of a start). */
function parsePidFile(text: string): Postmaster | undefined {
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  // A bootstrap or single-user process writes its pid negated.
  return Number.isInteger(pid) && pid > 1 ? { pid, port: Number(lines[3]) || 0 } : undefined;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
