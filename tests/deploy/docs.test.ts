import { afterAll, describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { $ } from 'bun';
import packageJson from '../../package.json' with { type: 'json' };
import { connectorVariables } from '../../services/search/connector-cli.ts';
import { named, render } from './manifests.ts';
import { knowsCall, programs } from './programs.ts';
import { counted } from './report.ts';

const root = join(import.meta.dirname, '..', '..');
const pages = ['README.md', 'docs/operations.md', 'docs/sales.md'];
const texts = await Promise.all(pages.map((page) => Bun.file(join(root, page)).text()));
const makefile = await Bun.file(join(root, 'Makefile')).text();
const production = (await render(join(root, 'k8s/overlays/prod'))).map(named);
const sources = await $`git grep -hoE '[a-z]+(_[a-z]+)+' -- services shared drizzle standalone`.cwd(root).text();
const words = new Set(sources.split('\n'));

/** What stands in code spans and in blocks of commands, a line each, without comments. */
const codeOf = (text: string, languages = ['sh', 'sql']) =>
  [...text.matchAll(/```(\w+)\n([\s\S]*?)```|`([^`\n]+)`/g)]
    .filter(([, language]) => !language || languages.includes(language))
    .flatMap(([, , block, span]) => (block ?? span ?? '').split('\n'))
    .map((line) => line.replace(/ *#.*$/, ''));

/** The anchors of its titles, as GitHub makes them. */
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );

let commands = 0;

describe.each(pages.map((page, i): [string, string] => [page, texts[i]!]))('%s', (page, text) => {
  const code = codeOf(text);
  const found = (pattern: RegExp, lines = code) =>
    lines.flatMap((line) => [...line.matchAll(pattern)].map((match) => match.slice(1)));

  test('every command of a binary exists', () => {
    // `npm run load -- search` is the load test of that name. SQL has tables of these names.
    const calls = found(
      /(?:^|(?<!load --)[ /])(events|booking|search) ((?!&|\|)[a-z-]+(?: (?:apply|status|delete|list|replay|wait))?)/g,
      codeOf(text, ['sh']),
    );
    if (page !== 'docs/sales.md') expect(calls.length).toBeGreaterThan(5);
    for (const [program = '', call = ''] of calls)
      expect([program, call, knowsCall(programs[program]!, call.split(' '))]).toEqual([program, call, true]);
    commands += calls.length;
  });

  test('every script and target exists', () => {
    for (const [script = ''] of found(/npm run ([\w:]+)/g)) expect(packageJson.scripts).toHaveProperty(script);
    for (const [target] of found(/\bmake (?:-s )?([a-z][a-z-]*)/g))
      expect(makefile).toMatch(new RegExp(`^${target}:`, 'm'));
    commands += found(/npm run ([\w:]+)|\bmake /g).length;
  });

  test('every file, workload and variable exists', () => {
    for (const [folder = ''] of found(/kubectl \w+ -k (\S+)/g))
      expect(existsSync(join(root, folder, 'kustomization.yaml'))).toBe(true);
    for (const [kind, name] of found(/\b(deployment|job)\/([\w-]+)/g)) {
      expect(production).toContain(`${kind === 'job' ? 'Job' : 'Deployment'} ${name}`);
    }
    for (const [name] of found(/patch hpa ([\w-]+)/g)) expect(production).toContain(`HorizontalPodAutoscaler ${name}`);
    for (const [path = ''] of found(/^((?:[\w.-]+\/)+[\w.-]*)$/g)) {
      if (!/^(dist|\.onsale)\//.test(path)) expect([path, existsSync(join(root, path))]).toEqual([path, true]);
    }
    const known = [...Object.values(programs).map((program) => program.variables), connectorVariables].flatMap((one) =>
      Object.keys(one),
    );
    const others = [
      'EVENTS_URL',
      'BOOKING_URL',
      'SEARCH_URL',
      'EVENTS_ADDR',
      'BOOKING_ADDR',
      'SEARCH_ADDR',
      'ONSALE_DIR',
    ];
    const load = /^(LOAD|SOAK|MODEL|FAKE_STRIPE)_|^(EVENT_UUID|K6|STRIPE_WEBHOOK_URL)$/;
    const unknown = found(/^([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=.*)?$/g)
      .flat()
      .filter((name) => ![...known, ...others].includes(name!) && !load.test(name!));
    expect(unknown).toEqual([]);
  });

  test('every metric, table and column exists', () => {
    const foreign = /^(max_|pg_|wal_|slot_|application_|evicted_|wait_|confirmed_)/;
    const names = found(/^([a-z]+(?:_[a-z]+)+)$/g).flat() as string[];
    expect(names.filter((name) => !words.has(name) && !foreign.test(name))).toEqual([]);
  });

  test('every link leads somewhere', async () => {
    for (const [, path = '', anchor] of text.matchAll(/\]\((?!http)([^)#]*)(?:#([\w-]+))?\)/g)) {
      const target = path === '' ? join(root, page) : join(root, dirname(page), path);
      expect([path, existsSync(target)]).toEqual([path, true]);
      if (anchor) expect(anchorsOf(await Bun.file(target).text())).toContain(anchor);
    }
  });
});

afterAll(() => counted(`documentation: ${commands} commands in ${pages.length} pages`));
