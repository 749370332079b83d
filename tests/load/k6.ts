import { existsSync } from 'node:fs';
import { UsageError } from '../../shared/process/lifecycle.ts';

/** Older ones don't read TypeScript by themselves. */
const oldest = 1;

const howToGet =
  `Get k6 ${oldest}.0 or newer (https://grafana.com/docs/k6/latest/set-up/install-k6/; with Go: go install go.k6.io/k6@v1.8.1) ` +
  'and put it on the PATH, or name it: K6=/path/to/k6 npm run load -- browse';

/** Returns the k6 that the variable K6 names, else the one on the path. Throws an error that says how to get one. */
export async function findK6(env: Record<string, string | undefined>): Promise<string> {
  const path = env.K6
    ? existsSync(env.K6)
      ? env.K6
      : undefined
    : (Bun.which('k6', { PATH: env.PATH ?? '' }) ?? undefined);
  if (!path) throw new UsageError(`${env.K6 ? `There is no K6=${env.K6}` : 'k6 is not on the PATH'}. ${howToGet}`);
  const version = await versionOf(path);
  if (!version) throw new UsageError(`${path} is no k6. ${howToGet}`);
  if (Number.parseInt(version, 10) < oldest) throw new UsageError(`${path} is k6 ${version}. ${howToGet}`);
  return path;
}

async function versionOf(path: string): Promise<string | undefined> {
  try {
    const { stdout } = Bun.spawnSync([path, 'version']);
    return /k6 v(\d+\.\d+\.\d+)/.exec(stdout.toString())?.[1];
  } catch {
    return undefined;
  }
}
