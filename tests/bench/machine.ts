import { readFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';

/** The machine of the measurements. */
export function machine(commit: string): [string, string][] {
  const processors = cpus();
  return [
    ['processor', `${processors[0]?.model.trim() ?? 'unknown'}, ${processors.length} cores`],
    ['memory', `${(totalmem() / 1024 ** 3).toFixed(0)} GiB`],
    ['system', `${distribution()}${platform()} ${release()} ${arch()}`],
    ['Bun', Bun.version],
    ['date', new Date().toISOString().slice(0, 16).replace('T', ' ').concat(' UTC')],
    ['commit', commit],
  ];
}

/** The checked out commit, and whether its files are unchanged. */
export async function checkedOut(root: string): Promise<string> {
  const git = async (...args: string[]) => {
    const child = Bun.spawn(['git', ...args], { cwd: root, stderr: 'ignore' });
    const text = await child.stdout.text();
    return (await child.exited) === 0 ? text.trim() : undefined;
  };
  try {
    const commit = await git('rev-parse', '--short=12', 'HEAD');
    if (!commit) return 'unknown';
    const changed = await git('status', '--porcelain', '--', ':!bench');
    return changed ? `${commit} with changes` : commit;
  } catch {
    return 'unknown';
  }
}

function distribution(): string {
  try {
    const name = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
    return name ? `${name}, ` : '';
  } catch {
    return '';
  }
}
