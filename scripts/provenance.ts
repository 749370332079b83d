// `npm run provenance`: says of what is in dist/ by what it was built and from what: SHA256SUMS, and a statement of
// in-toto with SLSA's predicate. Neither is signed here: whoever publishes the binaries signs them.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join, relative } from 'node:path';
import { Glob } from 'bun';
import packageJson from '../package.json' with { type: 'json' };
import { root } from './documents.ts';

export type Subject = { name: string; digest: { sha256: string } };

/** Returns the statement of files that `commit` and the `inputs` made; `isChanged`: others than the commit's. */
export const statementOf = (subjects: Subject[], commit: string, isChanged: boolean, inputs: Subject[]) => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject: subjects,
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: {
    buildDefinition: {
      buildType: 'urn:onsale:build:npm-run-build',
      externalParameters: { version: packageJson.version, changed: isChanged },
      resolvedDependencies: [
        { name: packageJson.name, digest: { gitCommit: commit } },
        ...inputs,
        { uri: `pkg:npm/bun@${packageJson.devDependencies.bun}` },
      ],
    },
    runDetails: {
      builder: { id: `urn:onsale:builder:${process.platform}-${process.arch}`, version: { bun: Bun.version } },
    },
  },
});

/** Returns the lines of `sha256sum`. */
export const sumsOf = (subjects: Subject[]) =>
  subjects.map(({ name, digest }) => `${digest.sha256}  ${name}\n`).join('');

async function subjectOf(folder: string, path: string): Promise<Subject> {
  const hash = createHash('sha256');
  for await (const chunk of Bun.file(path).stream()) hash.update(chunk);
  return { name: relative(folder, path), digest: { sha256: hash.digest('hex') } };
}

async function main(): Promise<void> {
  const dist = join(root, 'dist');
  // Links to a machine's own binaries are the same files once more.
  const found = (pattern: string) => [...new Glob(pattern).scanSync({ cwd: dist })].sort();
  const built = [...found('*-*/{events,booking,search}'), ...found('sbom.cdx.json')];
  if (built.length === 0) throw new Error('dist/ has nothing to tell of: npm run build');
  const subjects = await Promise.all(built.map((path) => subjectOf(dist, join(dist, path))));
  const inputs = await Promise.all(['bun.lock', 'package.json'].map((path) => subjectOf(root, join(root, path))));
  const git = (...args: string[]) => String(execFileSync('git', args, { cwd: root })).trim();
  await Bun.write(join(dist, 'SHA256SUMS'), sumsOf(subjects));
  const statement = JSON.stringify(
    statementOf(subjects, git('rev-parse', 'HEAD'), git('status', '--porcelain') !== '', inputs),
    null,
    2,
  );
  await Bun.write(join(dist, 'provenance.intoto.json'), `${statement}\n`);
  console.log(`dist/SHA256SUMS, dist/provenance.intoto.json: ${built.length} files`);
}

if (import.meta.main) await main();
