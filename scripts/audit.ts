// `npm run audit`: writes dist/sbom.cdx.json, and fails for a package of production that has no checksum or a license
// that nobody has looked at, and for one with an advisory where the registry tells of them.
import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './documents.ts';
import { type Package, productionPackages, readLock } from './lockfile.ts';
import { sbomProblems, writeSbom } from './sbom.ts';

/** Licenses that ask for their text and no more. */
const known = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'Unlicense',
]);

/** Returns a sentence for each package that may not be shipped as it is. */
export const problemsOf = (packages: Package[]): string[] =>
  packages.flatMap(({ name, version, sha512, license }) => [
    ...(/^[0-9a-f]{128}$/.test(sha512) ? [] : [`${name}@${version} has no checksum in bun.lock`]),
    ...(license
      .replace(/^\(|\)$/g, '')
      .split(' OR ')
      .some((one) => known.has(one))
      ? []
      : [`${name}@${version} has the license ${license || 'of nobody'}: look at it, then add it to scripts/audit.ts`]),
  ]);

/** Asks the registry for advisories; a registry that has none to give is no failure of ours, and is said. */
function advisories(): string[] {
  const { status, stdout } = spawnSync(process.execPath, ['audit', '--prod', '--json'], {
    cwd: root,
    encoding: 'utf8',
  });
  try {
    JSON.parse(stdout);
  } catch {
    console.log('advisories: the registry here tells of none; ask one that does before a release');
    return [];
  }
  console.log(`advisories: ${status === 0 ? 'none' : stdout}`);
  return status === 0 ? [] : ['a package has an advisory'];
}

async function main(): Promise<void> {
  const packages = productionPackages(readLock());
  const text = writeSbom(packages);
  const invalid = await sbomProblems(text);
  const problems = [
    ...problemsOf(packages),
    ...(invalid ? [`the bill of materials is not valid: ${JSON.stringify(invalid)}`] : []),
    ...advisories(),
  ];
  await mkdir(join(root, 'dist'), { recursive: true });
  await Bun.write(join(root, 'dist', 'sbom.cdx.json'), text);
  console.log(`dist/sbom.cdx.json: ${packages.length} packages and Bun`);
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

if (import.meta.main) await main();
