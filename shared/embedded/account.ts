import { spawnSync } from 'node:child_process';
import { chownSync, statSync } from 'node:fs';
import type { Binaries } from './binaries.ts';
import { EmbeddedPostgresError } from './error.ts';

/** How to run PostgreSQL's programs, which refuse to run as root: directly, as another user, or wrapped. */
export type Account = { wrap: string[]; ids: { uid: number; gid: number } | undefined };

const userNamespace = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'];

/** Chooses the account and makes it the owner of `dir`. Never creates a user. */
export function chooseAccount(dir: string, binaries: Binaries): Account {
  if (process.getuid?.() !== 0) return { wrap: [], ids: undefined };

  for (const name of ['postgres', 'nobody']) {
    const ids = lookUp(name);
    // Parent folders may be closed to others (a clone below /root), so access is tested by trying.
    if (ids && canRun([binaries.postgres, '--version'], ids) && ownedBy(dir, ids) && canRun(['test', '-x', dir], ids)) {
      return { wrap: [], ids };
    }
  }
  if (canRun([...userNamespace, binaries.postgres, '--version']) && ownedBy(dir, { uid: 0, gid: 0 })) {
    return { wrap: userNamespace, ids: undefined };
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL refuses to run as root, and no other user can reach ${dir} or its programs. Run Onsale as a normal user, move it to a folder that everyone may enter (such as /opt/onsale), or set POSTGRES_HOST to a server of yours.`,
  );
}

function lookUp(name: string): { uid: number; gid: number } | undefined {
  const [uid, gid] = ['-u', '-g'].map((flag) => {
    const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' });
    return status === 0 ? Number(stdout) : Number.NaN;
  });
  // macOS' nobody is -2, which `id` prints as such; as an unsigned number it is what the kernel knows.
  return Number.isInteger(uid) && Number.isInteger(gid) ? { uid: uid! >>> 0, gid: gid! >>> 0 } : undefined;
}

function canRun([program, ...args]: string[], ids?: { uid: number; gid: number }): boolean {
  return spawnSync(program!, args, { ...ids, cwd: '/', stdio: 'ignore' }).status === 0;
}

function ownedBy(dir: string, { uid, gid }: { uid: number; gid: number }): boolean {
  if (statSync(dir).uid !== uid) chownSync(dir, uid, gid);
  return spawnSync('chown', ['-R', '-h', `${uid}:${gid}`, dir], { stdio: 'ignore' }).status === 0;
}
