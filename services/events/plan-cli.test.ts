import { afterEach, beforeEach, expect, type Mock, spyOn, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../shared/process/lifecycle.ts';
import { everything } from './domain/plan/testing.ts';
import { plan } from './plan-cli.ts';

let folder: string;
let said: string[];
let complained: string[];
let codeBefore: typeof process.exitCode;
let mocks: Mock<typeof console.log>[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onsale-plans-'));
  [said, complained] = [[], []];
  codeBefore = process.exitCode;
  process.exitCode = 0;
  mocks = [
    spyOn(console, 'log').mockImplementation((line) => void said.push(line)),
    spyOn(console, 'error').mockImplementation((line) => void complained.push(line)),
  ];
});
afterEach(async () => {
  for (const mock of mocks) mock.mockRestore();
  process.exitCode = codeBefore ?? 0;
  await rm(folder, { recursive: true });
});

async function fileOf(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await Bun.write(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const run = (...args: string[]) => plan.run(args, {});

test('plan check sums a good plan up', async () => {
  await run('check', await fileOf('club.json', everything()));
  expect(said[0]!.split('\n')).toEqual([
    'Club: 11 places in 2 sections and 2 areas',
    'categories: Gold 7, Standing 4',
    'flags: accessible 2, companion 1, restricted view 1, aisle 1',
    'labels: 101-C13 to Terrace 1',
    expect.stringMatching(/^hash: [0-9a-f]{64}$/),
  ]);
  expect([process.exitCode, complained]).toEqual([0, []]);
});

test('plan check prints each fault of any format by its place, and exits with 1', async () => {
  const files = {
    'own.json': { ...everything(), name: '' },
    'broken.json': '{"name": ',
    'list.csv': 'seat,category\n1,\n',
    'pretix.json': { name: 'P', categories: [{ name: 'A' }], zones: [] },
    'chart.json': { categories: { list: [] }, subChart: 5 },
  };
  for (const [name, content] of Object.entries(files)) await run('check', await fileOf(name, content));
  expect(complained.map((line) => line.replace(`${folder}/`, ''))).toEqual([
    'own.json: name: must not be empty',
    expect.stringMatching(/^broken\.json: line 1: is no JSON: /),
    'list.csv: line 2: has no category',
    'pretix.json: zones: must have a zone at least',
    'chart.json: subChart: must be an object',
  ]);
  expect([process.exitCode, said]).toEqual([1, []]);
});

test('plan convert prints a plan of ours, which says of itself what it was; --format decides where it is given', async () => {
  const csv = await fileOf('seats.csv', 'seat,category\n1,Gold\n');
  await run('convert', csv);
  const again = await fileOf('own.json', said[0]!);
  await run('convert', again, '--format', 'onsale');
  expect(said[1]).toBe(said[0]!);
  expect(complained).toEqual(['The file has no x and y: sections are laid out side by side, each as a grid.']);
  await run('check', again, '--format', 'csv');
  expect(complained[1]).toContain('own.json: line 1: has no column seat');
});

test('plan draw writes SVG', async () => {
  const out = join(folder, 'club.svg');
  await run('draw', await fileOf('club.json', everything()), '--out', out);
  expect(await Bun.file(out).text()).toStartWith('<svg xmlns="http://www.w3.org/2000/svg"');
});

test('plan generate prints a plan in which no seat stands on another', async () => {
  for (const shape of [[], ['--curve'], ['--curve', '--grow', '2'], ['--grow', '3', '--around', '200']]) {
    await run('generate', '--rows', '10', '--seats', '12', '--sections', '6', ...shape);
    await run('check', await fileOf('made.json', said.at(-1)!));
    expect(said.at(-1)).not.toContain('stand where another stands');
    expect(said.at(-1)).toStartWith('Plan: ');
  }
  expect(said[1]).toContain('labels: 101-A1 to 106-J12');
});

test.each([
  [['check'], 'takes one file'],
  [['check', 'a', 'b'], 'takes one file'],
  [['draw', '--format', 'svg', 'a'], '--format must be onsale, pretix, seatsio, csv; not svg'],
  [['check', '--out', 'x', 'a'], "Unknown option '--out'"],
  [['generate', '--rows', '5'], '--seats must be a whole number from 1 to 1000, not nothing'],
  [['generate', '--rows', '1000', '--seats', '1000'], 'That is 1000000 seats: a plan has at most 100000'],
  [['check', '/nowhere/plan.json'], '/nowhere/plan.json: there is no such file'],
])('plan %j is refused', async (args, says) => {
  const refused = await run(...args).then(
    () => undefined,
    (error) => error,
  );
  expect(refused).toBeInstanceOf(UsageError);
  expect(refused.message).toContain(says);
});
