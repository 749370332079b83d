import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const staleAfterMs = 60_000;

/**
 * Does the work while holding a lock directory. Waits for other holders, and takes over from one that has died.
 * The work names the processes it starts with `addPid`: they count as the holder even after its death.
 */
export async function withLock(dir, log, work) {
  mkdirSync(dirname(dir), { recursive: true });
  let told = false;
  while (!take(dir)) {
    const pids = readPids(dir);
    if (isStale(dir, pids)) {
      discard(dir, pids);
      continue;
    }
    if (!told) log('Another start is installing: waiting for it ...');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  // A pid may be given to another program after a crash; a lock that is no longer touched is stale all the same.
  const heartbeat = setInterval(() => quietly(() => utimesSync(dir, new Date(), new Date())), 5_000);
  try {
    return await work((pid) => quietly(() => addPid(dir, pid)));
  } finally {
    clearInterval(heartbeat);
    rmSync(dir, { recursive: true, force: true });
  }
}

function take(dir) {
  try {
    mkdirSync(dir);
    addPid(dir, process.pid);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** The lock holds one empty file per process, named by its pid. */
function addPid(dir, pid) {
  writeFileSync(join(dir, String(pid)), '');
}

function readPids(dir) {
  try {
    return readdirSync(dir).sort();
  } catch {
    return [];
  }
}

function isStale(dir, pids) {
  const { mtimeMs } = statSync(dir, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
  if (Date.now() - mtimeMs > staleAfterMs) return true;
  // No pid yet: its holder is about to write it.
  return pids.length > 0 && !pids.some((pid) => isAlive(Number(pid)));
}

/** Moves the lock away before deleting it, and back if it turns out to be a newer holder's. */
function discard(dir, seen) {
  const aside = `${dir}.${process.pid}`;
  try {
    renameSync(dir, aside);
    if (readPids(aside).join() !== seen.join()) renameSync(aside, dir);
  } catch (error) {
    if (!['ENOENT', 'EEXIST', 'ENOTEMPTY'].includes(error.code)) throw error;
  }
  rmSync(aside, { recursive: true, force: true });
}

/** For a lock that was taken from a holder that slept for long: the work goes on without it. */
function quietly(touch) {
  try {
    touch();
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
