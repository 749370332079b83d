import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Glob } from 'bun';
import packageJson from '../package.json' with { type: 'json' };
import { knowsCall, programs } from '../tests/deploy/programs.ts';
import { apiDocuments } from './api.ts';
import { codeOf, partOf, readDocuments, root, writePart } from './documents.ts';
import { programs as readers, variablesTable } from './variables.ts';

const documents = await readDocuments();
const textOf = new Map(documents);
const makefile = await Bun.file(join(root, 'Makefile')).text();

const folders = '{services,shared,standalone,scripts,drizzle,tests,k8s,patches,docs}';
const files = [...new Glob(`${folders}/**/*`).scanSync(root), ...new Glob('*').scanSync({ cwd: root, dot: true })];
const inProduction = /^(services|shared|drizzle|standalone)\/.*\.(ts|sql|json)$/;
const words = await wordsIn((path) => inProduction.test(path));
const wordsOfTests = await wordsIn((path) =>
  /^(tests|scripts)\/.*\.(ts|mjs)$|\.test\.ts$|^shared\/testing\//.test(path),
);
const variables = new Set(Object.values(readers).flatMap((one) => Object.keys(one)));

/** Names of PostgreSQL, Redis and Kubernetes. */
const foreign = /^(max_|pg_|wal_|slot_|application_|evicted_|wait_|confirmed_)/;
/** Folders that a command makes. */
const made = /^(dist|\.onsale)\//;

describe.each(documents)('%s', (page, text) => {
  const code = codeOf(text);
  const found = (pattern: RegExp, lines = code) =>
    lines.flatMap((line) => [...line.matchAll(pattern)].map((match) => match.slice(1) as string[]));

  test('names only commands of the binaries that exist', () => {
    // `npm run load -- search` is the load test of that name. SQL has tables of these names.
    const calls = found(
      /(?:^|(?<!load --)[ /])(events|booking|search) ((?!&|\|)[a-z-]+(?: (?:apply|status|delete|list|replay|wait|UUID))?)/g,
      codeOf(text, ['sh']),
    );
    for (const [program = '', call = ''] of calls)
      expect([program, call, knowsCall(programs[program]!, call.split(' '))]).toEqual([program, call, true]);
  });

  test('names only scripts and targets that exist', () => {
    for (const [script = ''] of found(/npm run ([\w:]+)/g)) expect(packageJson.scripts).toHaveProperty(script);
    for (const [target] of found(/\bmake (?:-s )?([a-z][a-z-]*)/g))
      expect(makefile).toMatch(new RegExp(`^${target}:`, 'm'));
  });

  test('names only files that exist', () => {
    const paths = [
      ...found(/^((?:[\w.@-]+\/)+[\w.@-]*)$/g),
      ...found(/(?:^|[ (])((?:services|shared|standalone|scripts|drizzle|tests|k8s|docs|patches)\/[\w./@-]*)/g),
    ].flat();
    expect(paths.filter((path) => !made.test(path) && !existsSync(join(root, path)))).toEqual([]);
    const names = found(/^([\w.-]+\.(?:ts|mjs|json|yaml|toml|md))$/g).flat();
    expect(names.filter((name) => !files.some((file) => file === name || file.endsWith(`/${name}`)))).toEqual([]);
    for (const [folder = ''] of found(/kubectl \w+ -k (\S+)/g))
      expect(existsSync(join(root, folder, 'kustomization.yaml'))).toBe(true);
  });

  test('names only variables that are read', () => {
    const names = found(/^([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=.*)?$/g).flat();
    expect(names.filter((name) => !variables.has(name) && !wordsOfTests.has(name))).toEqual([]);
  });

  test('names only metrics, tables and columns that exist', () => {
    const names = found(/^([a-z]+(?:_[a-z]+)+)$/g).flat();
    expect(names.filter((name) => !words.has(name) && !foreign.test(name))).toEqual([]);
  });

  test('has no broken links', async () => {
    for (const [, path = '', anchor] of text.matchAll(/\]\((?!http)([^)#]*)(?:#([\w-]+))?\)/g)) {
      const target = path === '' ? page : join(dirname(page), path);
      expect([path, existsSync(join(root, target))]).toEqual([path, true]);
      if (anchor) expect(anchorsOf(textOf.get(target) ?? '')).toContain(anchor);
    }
  });
});

/** Returns the words with an underscore in these files, such as tables, metrics and variables. */
async function wordsIn(isMeant: (path: string) => boolean): Promise<Set<string>> {
  const texts = await Promise.all(files.filter(isMeant).map((path) => Bun.file(join(root, path)).text()));
  return new Set(texts.flatMap((text) => text.match(/\w+_\w+/g) ?? []));
}

/** Returns the anchors of a page's titles, as GitHub makes them. */
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );

test('README has 150 lines at most, and its table of tasks 20 rows', () => {
  const lines = textOf.get('README.md')!.trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(150);
  const tasks = lines.slice(lines.indexOf('| task | file |') + 2);
  expect(tasks.findIndex((line) => !line.startsWith('|'))).toBeLessThanOrEqual(20);
});

test('every document can be reached from README', () => {
  const readme = textOf.get('README.md')!;
  for (const [page] of documents) if (page !== 'README.md') expect(readme).toContain(`](${page})`);
});

test('docs/configuration.md has every variable of the code, its default and its meaning', () => {
  expect(partOf(textOf.get('docs/configuration.md')!, 'variables')).toBe(variablesTable());
});

test('docs/api.md has every route', async () => {
  const page = textOf.get('docs/api.md')!;
  const described = Object.values(await apiDocuments()) as { paths: Record<string, Record<string, unknown>> }[];
  const routes = described.flatMap(({ paths }) =>
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((one) => `${one.toUpperCase()} ${path}`),
    ),
  );
  expect(routes.length).toBeGreaterThan(10);
  expect(routes.filter((route) => !page.includes(`\`${route}\``) && !page.includes(`\`${route}?`))).toEqual([]);
});

test('a command replaces its part of a page and leaves the rest as it is', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'onsale-docs-'));
  try {
    const path = join(dir, 'page.md');
    const pageWith = (part: string) => `# A\n\n<!-- begin b -->\n\n${part}\n\n<!-- end b -->\n\nC\n`;
    await Bun.write(path, pageWith('| old |'));
    await writePart(path, 'b', '| new |\n| $& |');
    expect(await Bun.file(path).text()).toBe(pageWith('| new |\n| $& |'));
    await expect(writePart(path, 'other', '')).rejects.toThrow('has no <!-- begin other -->');
  } finally {
    await rm(dir, { recursive: true });
  }
});
