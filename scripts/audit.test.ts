import { describe, expect, test } from 'bun:test';
import packageJson from '../package.json' with { type: 'json' };
import { problemsOf } from './audit.ts';
import { type Lock, type Package, productionPackages, readLock } from './lockfile.ts';
import { statementOf, sumsOf } from './provenance.ts';
import { sbomProblems, writeSbom } from './sbom.ts';

const sum = `sha512-${Buffer.alloc(64, 1).toString('base64')}`;

describe('the packages of production', () => {
  test('are those that its dependencies bring along, each in the version that its user finds', () => {
    const lock: Lock = {
      workspaces: { '': { dependencies: { a: '1', '@s/b': '1' } } },
      packages: {
        a: ['a@1.0.0', '', { dependencies: { c: '1', '@s/d': '1' } }, sum],
        '@s/b': ['@s/b@1.0.0', '', { dependencies: { c: '2', e: '1' }, optionalDependencies: { gone: '1' } }, sum],
        '@s/b/c': ['c@2.0.0', '', {}, sum],
        '@s/b/@s/d': ['@s/d@2.0.0', '', {}, sum],
        '@s/d': ['@s/d@1.0.0', '', {}, sum],
        '@s/e': ['@s/e@1.0.0', '', {}, sum],
        c: ['c@1.0.0', '', {}, sum],
        e: ['e@1.0.0', '', { dependencies: { a: '1' } }, sum],
        tool: ['tool@1.0.0', '', {}, sum],
      },
    };
    const folders: string[] = [];
    const found = productionPackages(lock, (folder) => {
      folders.push(folder);
      return 'MIT';
    });
    expect(Object.fromEntries(found.map(({ name, version, uses }) => [`${name}@${version}`, uses]))).toEqual({
      '@s/b@1.0.0': ['c@2.0.0', 'e@1.0.0'],
      '@s/d@1.0.0': [],
      'a@1.0.0': ['c@1.0.0', '@s/d@1.0.0'],
      'c@1.0.0': [],
      'c@2.0.0': [],
      'e@1.0.0': ['a@1.0.0'],
    });
    expect(folders).toContain('node_modules/@s/b/node_modules/c');
  });

  test('all have a checksum and a license that asks for its text and no more', () => {
    expect(problemsOf(productionPackages(readLock()))).toEqual([]);
  });

  test('one without either is named', () => {
    const bad = (more: Partial<Package>) =>
      problemsOf([{ name: 'a', version: '1', sha512: '0'.repeat(128), license: 'MIT', uses: [], ...more }]);
    expect(bad({})).toEqual([]);
    expect(bad({ license: '(GPL-3.0 OR MIT)' })).toEqual([]);
    for (const license of ['GPL-3.0', '']) expect(bad({ license })[0]).toStartWith('a@1 has the license ');
    expect(bad({ sha512: '' })).toEqual(['a@1 has no checksum in bun.lock']);
  });
});

describe('the bill of materials', () => {
  const packages = productionPackages(readLock());
  const text = writeSbom(packages);

  test('is valid by the schema of CycloneDX, and one with a mistake is not', async () => {
    expect(await sbomProblems(text)).toBeNull();
    expect(await sbomProblems(text.replace('"SHA-512"', '"SHA-513"'))).not.toBeNull();
  });

  test('has what runs in production and the runtime, and no tool', () => {
    const { components, dependencies } = JSON.parse(text) as {
      components: { name: string; version: string; purl: string }[];
      dependencies: { ref: string; dependsOn?: string[] }[];
    };
    const names = components.map(({ name }) => name);
    for (const name of [...Object.keys(packageJson.dependencies), 'bun', 'pino-std-serializers']) {
      expect(names).toContain(name);
    }
    for (const tool of ['@biomejs/biome', 'typescript', 'fast-check']) expect(names).not.toContain(tool);
    expect(components.find(({ name }) => name === '@hono/zod-openapi')?.purl).toBe(
      `pkg:npm/%40hono/zod-openapi@${packageJson.dependencies['@hono/zod-openapi']}`,
    );
    const own = dependencies.find(({ ref }) => ref === `onsale@${packageJson.version}`);
    expect(own?.dependsOn).toContain(`hono@${packageJson.dependencies.hono}`);
  });
});

describe('the provenance', () => {
  const subjects = [{ name: 'linux-x64/events', digest: { sha256: 'a'.repeat(64) } }];

  test('names each file, the commit and the inputs', () => {
    const lock = { name: 'bun.lock', digest: { sha256: 'b'.repeat(64) } };
    const { subject, predicate } = statementOf(subjects, 'c'.repeat(40), false, [lock]);
    expect(subject).toEqual(subjects);
    expect(predicate.buildDefinition.resolvedDependencies).toEqual([
      { name: 'onsale', digest: { gitCommit: 'c'.repeat(40) } },
      lock,
      { uri: `pkg:npm/bun@${packageJson.devDependencies.bun}` },
    ]);
  });

  test('is checked by sha256sum', () => {
    expect(sumsOf(subjects)).toBe(`${'a'.repeat(64)}  linux-x64/events\n`);
  });
});
