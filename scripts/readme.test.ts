import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { variablesTable } from './variables.ts';

const root = join(import.meta.dirname, '..');
const readme = await Bun.file(join(root, 'README.md')).text();
const packageJson = await Bun.file(join(root, 'package.json')).json();

describe('README', () => {
  test('has every variable of the code, its default and its meaning', () => {
    const table = /\| variable \| default [\s\S]*?(?=\n\n)/.exec(readme)?.[0];
    expect(table).toBe(variablesTable());
  });

  test('names only scripts that exist', () => {
    const scripts = [...readme.matchAll(/npm run ([a-z:]+)/g)].map((match) => match[1]!);
    expect(scripts.length).toBeGreaterThan(3);
    for (const script of scripts) expect(packageJson.scripts).toHaveProperty(script);
  });

  test('names only files that exist', () => {
    const paths = [...readme.matchAll(/`((?:[\w.-]+\/)+[\w.*-]*)`/g)].map((match) => match[1]!);
    expect(paths.length).toBeGreaterThan(20);
    const generated = ['dist/', '.onsale/'];
    const missing = paths.filter(
      (path) =>
        !generated.some((folder) => path.startsWith(folder)) && !existsSync(join(root, path.replace(/\/?\*.*$/, ''))),
    );
    expect(missing).toEqual([]);
  });
});
