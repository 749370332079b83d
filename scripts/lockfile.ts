// The packages that run in production, out of bun.lock.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './documents.ts';

export type Package = {
  name: string;
  version: string;
  /** SHA-512 of the archive that the registry gave, in hexadecimal. */
  sha512: string;
  /** As the package itself names it, in SPDX's words. */
  license: string;
  /** Names and versions (`name@version`) of the packages that it uses. */
  uses: string[];
};

type Links = { dependencies?: Record<string, string>; optionalDependencies?: Record<string, string> };
type Entry = [id: string, where: string, links: Links, integrity: string];
export type Lock = { workspaces: { '': Links }; packages: Record<string, Entry> };

export const readLock = (): Lock => Bun.JSONC.parse(readFileSync(join(root, 'bun.lock'), 'utf8')) as Lock;

/** Returns the packages that `dependencies` bring along, each once; `licenseOf` is given a package's folder. */
export function productionPackages(lock: Lock, licenseOf = installedLicense): Package[] {
  const found = new Map<string, Package>();
  const visit = (key: string): string => {
    const [id, , links, integrity] = lock.packages[key]!;
    if (found.has(id)) return id;
    const at = id.lastIndexOf('@');
    const one = {
      name: id.slice(0, at),
      version: id.slice(at + 1),
      sha512: Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex'),
      license: licenseOf(join('node_modules', piecesOf(key).join('/node_modules/'))),
      uses: [] as string[],
    };
    found.set(id, one);
    one.uses = namesIn(links)
      .flatMap((name) => keyOf(lock, key, name) ?? [])
      .map(visit);
    return id;
  };
  for (const name of Object.keys(lock.workspaces[''].dependencies ?? {})) visit(name);
  return [...found.values()].sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

const namesIn = ({ dependencies = {}, optionalDependencies = {} }: Links) =>
  Object.keys({ ...dependencies, ...optionalDependencies });

/** The names in a key: `a/@b/c` is `@b/c` within `a`. */
const piecesOf = (key: string) => key.match(/(?:@[^/]+\/)?[^/]+/g) ?? [];

/** A package is found within the one that uses it, or within one that is further out: `a/b/c`, `a/c`, `c`. */
function keyOf(lock: Lock, user: string, name: string): string | undefined {
  const pieces = piecesOf(user);
  for (let depth = pieces.length; depth >= 0; depth--) {
    const key = [...pieces.slice(0, depth), name].join('/');
    if (key in lock.packages) return key;
  }
  return undefined;
}

/** Optional packages of other systems are not installed. */
function installedLicense(folder: string): string {
  const path = join(root, folder, 'package.json');
  if (!existsSync(path)) return '';
  return (JSON.parse(readFileSync(path, 'utf8')) as { license?: string }).license ?? '';
}
