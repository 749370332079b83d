import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../async/clock.ts';
import { EmbeddedPostgresError } from './error.ts';
import { inspectProcess } from './processes.ts';

/**
 * Makes this process the only one that runs a server in `dir`, so that a second start by mistake neither shares nor
 * stops the first one's database. Waits a while for an owner that is stopping. Returns a function that gives it up.
 */
export async function takeOwnership(dir: string, patienceMs = 10_000): Promise<() => void> {
  const path = join(dir, 'owner.pid');
  const mine = `${process.pid} ${inspectProcess(process.pid)?.startedAt}`;
  const deadline = performance.now() + patienceMs;
  while (!claim(path, mine)) {
    const theirs = read(path);
    if (theirs === mine) break;
    if (theirs === undefined) continue;
    if (!isAlive(theirs)) discard(path, theirs);
    else if (performance.now() > deadline) {
      throw new EmbeddedPostgresError(
        `Another Onsale (process ${parseInt(theirs, 10)}) runs its database in ${dir}. Stop it first, or use another folder.`,
      );
    } else await sleep(100);
  }
  return () => {
    if (read(path) === mine) rmSync(path, { force: true });
  };
}

function claim(path: string, mine: string): boolean {
  // Written aside and linked into place, so that no process reads half a file.
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, mine);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes a dead owner's file, but not that of a third process that did the same a moment earlier. */
function discard(path: string, seen: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
    if (readFileSync(aside, 'utf8') !== seen) linkSync(aside, path);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function isAlive(owner: string): boolean {
  const [pid, ...startedAt] = owner.split(' ');
  return inspectProcess(Number(pid))?.startedAt === startedAt.join(' ');
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
