import { expect, test } from 'bun:test';
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
/** Words with an underscore, such as tables and metrics. */
const words = await matchesIn((path) => inProduction.test(path), /\w+_\w+/g);
const variables = new Set([
  ...Object.values(readers).flatMap((one) => Object.keys(one)),
  ...(await matchesIn((path) => /^(tests|scripts)\/.*(?<!\.test)\.(ts|mjs)$/.test(path), /\b[A-Z]\w*_\w+/g)),
  ...(await matchesIn((path) => path.endsWith('.test.ts'), /(?<=\benv\.)\w+/g)),
]);

/** Names of PostgreSQL, Redis and Kubernetes. */
const foreign = /^(max_|pg_|wal_|slot_|application_|evicted_|wait_|confirmed_)/;
/** Folders that a command makes. */
const made = /^(dist|\.onsale)\//;

/** Returns the references of a page that lead nowhere, by their kind. */
function brokenIn(page: string, text: string) {
  const code = codeOf(text);
  const found = (pattern: RegExp, lines = code) =>
    lines.flatMap((line) => [...line.matchAll(pattern)].map(([, one]) => one!));
  const isThere = (path: string) => existsSync(join(root, path));

  // `npm run load -- search` is the load test of that name. SQL has tables of these names.
  const commands = found(
    /((?:^|(?<!load --)[ /])(?:events|booking|search) (?!&|\|)[a-z-]+(?: (?:apply|status|delete|list|replay|wait|UUID))?)/g,
    codeOf(text, ['sh']),
  ).filter((call) => {
    const [program = '', ...args] = call.slice(call.search(/\w/)).split(' ');
    return !knowsCall(programs[program]!, args);
  });
  const scripts = found(/npm run ([\w:]+)/g).filter((script) => !(script in packageJson.scripts));
  const targets = found(/\bmake (?:-s )?([a-z][a-z-]*)/g).filter((one) => !new RegExp(`^${one}:`, 'm').test(makefile));
  const paths = [
    ...found(/^((?:[\w.@-]+\/)+[\w.@-]*)$/g),
    ...found(/(?:^|[ (])((?:services|shared|standalone|scripts|drizzle|tests|k8s|docs|patches)\/[\w./@-]*)/g),
    ...found(/kubectl \w+ -k (\S+)/g).map((folder) => `${folder}/kustomization.yaml`),
  ].filter((path) => !made.test(path) && !isThere(path));
  const names = found(/^([\w.-]+\.(?:ts|mjs|json|yaml|toml|md))$/g).filter(
    (name) => !files.some((file) => file === name || file.endsWith(`/${name}`)),
  );
  const unread = found(/^([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=.*)?$/g).filter((name) => !variables.has(name));
  const unknown = found(/^([a-z]+(?:_[a-z]+)+)$/g).filter((name) => !words.has(name) && !foreign.test(name));
  const links = [...text.matchAll(/\]\((?!http)([^)#]*)(?:#([\w-]+))?\)/g)].filter(([, path = '', anchor]) => {
    const target = path === '' ? page : join(dirname(page), path);
    return !isThere(target) || (anchor !== undefined && !anchorsOf(textOf.get(target) ?? '').includes(anchor));
  });
  return {
    commands,
    scripts: [...scripts, ...targets],
    files: [...paths, ...names],
    variables: unread,
    'metrics, tables and columns': unknown,
    links: links.map(([link]) => link),
  };
}

const whole = { commands: [], scripts: [], files: [], variables: [], 'metrics, tables and columns': [], links: [] };

test.each(documents)('%s names only commands, files, variables, metrics and links that exist', (page, text) => {
  expect(brokenIn(page, text)).toEqual(whole);
});

test('a page with something that does not exist is found', () => {
  const page = [
    '`search connector mend`, `npm run fly`, `make hay`, `services/nothing.ts`, `nothing.ts`, `SERVER_HAT`, `tickets_lost`',
    '[gone](docs/gone.md) [moved](docs/api.md#gone)',
    '```sh\nkubectl apply -k k8s/overlays/gone # `docs/not-read.md`\nbooking sing\n```',
  ].join('\n\n');
  expect(brokenIn('README.md', page)).toEqual({
    commands: ['search connector', 'booking sing'],
    scripts: ['fly', 'hay'],
    files: [
      'services/nothing.ts',
      'services/nothing.ts',
      'k8s/overlays/gone',
      'k8s/overlays/gone/kustomization.yaml',
      'nothing.ts',
    ],
    variables: ['SERVER_HAT'],
    'metrics, tables and columns': ['tickets_lost'],
    links: ['](docs/gone.md)', '](docs/api.md#gone)'],
  });
});

/** Returns all that matches the pattern in these files. */
async function matchesIn(isMeant: (path: string) => boolean, pattern: RegExp): Promise<Set<string>> {
  const texts = await Promise.all(files.filter(isMeant).map((path) => Bun.file(join(root, path)).text()));
  return new Set(texts.flatMap((text) => text.match(pattern) ?? []));
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
