import { expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Glob } from 'bun';
import packageJson from '../package.json' with { type: 'json' };
import { namesOf } from '../shared/config/sources.ts';
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
  ...Object.values(readers)
    .flatMap((one) => Object.entries(one))
    .flatMap(([name, variable]) => namesOf(name, variable)),
  ...(await matchesIn((path) => /^(tests|scripts)\/.*(?<!\.test)\.(ts|mjs)$/.test(path), /\b[A-Z]\w*_\w+/g)),
  ...(await matchesIn((path) => path.endsWith('.test.ts'), /(?<=\benv\.)\w+/g)),
]);

/** Names of PostgreSQL, Redis, Elasticsearch and Kubernetes. */
const foreign = /^(max_|pg_|wal_|slot_|application_|evicted_|wait_|confirmed_|view_index_)/;
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
    /((?:^|(?<!load --)[ /])(?:events|booking|search) (?!&|\|)[a-z-]+(?: (?:apply|status|delete|list|replay|wait|create|revoke|UUID|plan|event|(?:check|draw|convert) FILE|generate --rows N --seats N))?)/g,
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
  const reached = new Set(['README.md']);
  for (const page of reached) {
    const links = (textOf.get(page) ?? '').matchAll(/\]\((?!http)([^)#]+\.md)/g);
    for (const [, path = ''] of links) reached.add(join(dirname(page), path));
  }
  expect(documents.map(([page]) => page).filter((page) => !reached.has(page))).toEqual([]);
});

test('docs/configuration.md has every variable of the code, its default and its meaning', () => {
  expect(partOf(textOf.get('docs/configuration.md')!, 'variables')).toBe(variablesTable());
});

type Operation = { parameters?: { in: string; name: string }[]; responses: Record<string, object> };

/** Statuses and codes that any route may return; the page has them once. */
const ofEveryRoute = new Set([
  ...['401', '403', '408', '413', '415', '429', '431', '500', '503'],
  ...['invalid_request', 'unauthorized', 'forbidden', 'request_timeout', 'payload_too_large'],
  ...['unsupported_media_type', 'too_many_requests', 'headers_too_large', 'internal', 'unavailable'],
]);

/** Returns the codes of the errors that a response may have: the schema of its member `error` lists them. */
function codesOf(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return [];
  const { error } = part as { error?: { enum?: string[] } };
  return [...(error?.enum ?? []), ...Object.values(part).flatMap(codesOf)];
}

/** Returns what the tables of a page lack of a route: its row; or its query, statuses and codes. */
function lackingIn(page: string, route: string, { parameters = [], responses }: Operation): string[] {
  const query = parameters.filter((one) => one.in === 'query').map(({ name }) => `${name}=`);
  const start = `| \`${route}${query.length > 0 ? `?${query.join('&')}` : ''}\` |`;
  const row = page.split('\n').find((line) => line.startsWith(start));
  if (row === undefined) return [start];
  const words = new Set(row.slice(start.length).match(/\w+/g));
  return (
    Object.entries(responses)
      // An error's codes stand once more in its problem.
      .flatMap(([status, response]) => [status, ...new Set(codesOf(response))])
      .filter((one) => !ofEveryRoute.has(one) && !words.has(one))
      .map((one) => `${route}: ${one}`)
  );
}

test('docs/api.md has every route, with its query, its statuses and the codes of its errors', async () => {
  const page = textOf.get('docs/api.md')!;
  const described = Object.values(await apiDocuments()) as { paths: Record<string, Record<string, Operation>> }[];
  const routes = described.flatMap(({ paths }) =>
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, one]) => [`${method.toUpperCase()} ${path}`, one] as const),
    ),
  );
  expect(routes.length).toBeGreaterThan(10);
  expect(routes.flatMap((route) => lackingIn(page, ...route))).toEqual([]);

  const [refund] = routes.filter(([route]) => route.endsWith('/refunds'));
  const told = page.replace(/, `event_begun` for a buyer/, '').replace(' 202 the provider has not responded |', ' |');
  expect(lackingIn(told, ...refund!)).toEqual([`${refund![0]}: 202`, `${refund![0]}: event_begun`]);
  expect(lackingIn('', ...refund!)).toEqual([`| \`${refund![0]}\` |`]);
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
