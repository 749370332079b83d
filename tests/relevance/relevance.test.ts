import { afterAll, beforeAll, expect, test } from 'bun:test';
import { memoryIndex } from '../../services/search/adapters/memory/memory-index.ts';
import { postgresCatalogue } from '../../services/search/adapters/postgres/catalogue.ts';
import type { SearchIndex } from '../../services/search/domain/index/search-index.ts';
import { someEvent } from '../../services/search/testing.ts';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { dayBefore, eventsOf, loadCatalogue } from './catalogue.ts';
import { fill, serviceEngine } from './engines.ts';
import { judge, type Query } from './judgements.ts';
import { knownItems } from './probes.ts';
import { type Release, writeRelease } from './release.ts';
import { study } from './relevance.ts';
import { seeded } from './slips.ts';
import { tinyCatalogue, tinyQueries } from './testing.ts';
import { type Floors, isPassed } from './verdict.ts';

const events = eventsOf(tinyCatalogue);
const clock = { now: () => dayBefore(events) };
const progress = { begin() {}, say() {}, warn() {}, warnings: [], done() {} };
const least = { ndcg: 0.95, success: 0.9, nothing: 1, kind: 0.9, kinds: {} };
const floors: Floors = {
  engines: { right: least, other: least },
  agreement: { firstThree: 0.95, totals: 1 },
  probes: { otherwise: 0.5, first: {} },
};

let database: TestDatabase;
let right: SearchIndex;
beforeAll(async () => {
  database = await testDatabase();
  await loadCatalogue(database.sql, tinyCatalogue);
  right = memoryIndex();
  await fill(right, postgresCatalogue(database.db));
});
afterAll(() => database.drop());

const compare = (other: SearchIndex, last: Release = {}) =>
  study({
    services: [serviceEngine('right', right, clock), serviceEngine('other', other, clock)],
    ...{ baselines: [], events, floors, last, shown: 10, progress },
    queries: tinyQueries.map((query) => judge(query, events)),
  });
const failedOf = ({ checks }: Awaited<ReturnType<typeof compare>>) =>
  checks.filter((check) => !isPassed(check)).map(({ what }) => what);

test('an index that finds what is meant passes, and agrees with itself', async () => {
  const found = await compare(right);
  expect(failedOf(found)).toEqual([]);
  expect(found.checks).toHaveLength(2 * 5 + 2);
});

/** An index whose results are changed on their way. */
const changed = (change: (found: Awaited<ReturnType<SearchIndex['search']>>) => typeof found): SearchIndex => ({
  ...right,
  search: async (query) => change(await right.search(query)),
});

test('an index that ranks the other way round is caught, and told apart from the right one', async () => {
  const release = JSON.parse(writeRelease({}, (await compare(right)).measured)) as Release;
  const broken = changed((found) => ({ ...found, hits: found.hits.toReversed() }));
  const found = await compare(broken, release);
  expect(failedOf(found)).toEqual([
    'other: nDCG@10',
    'other: success@1',
    'other: nDCG@10 of artist+city',
    'both engines have the same first three hits',
  ]);
  const line = found.report.split('\n').find((text) => text.includes('→') && text.includes('“borealis paris”'));
  expect(line).toContain('came Cassiopeia in Paris @ Olympia, Paris, France (4 in all), before Borealis in Paris');
  expect(found.report).toContain('right: worse than in the last release: none');
});

test('an index that finds strangers, and one that loses hits, are caught', async () => {
  const [{ uuid }] = events as [(typeof events)[number]];
  const everything = changed((found) => ({
    ...found,
    total: found.total + 1,
    hits: [...found.hits, { ...someEvent({ id: 1 }), uuid, score: 0 }],
  }));
  expect(failedOf(await compare(everything))).toEqual([
    'other: nothing comes where nothing should',
    'both engines have the same first three hits',
    'both engines have the same totals',
  ]);
  const nothing = changed((found) => ({ ...found, total: 0, hits: [] }));
  expect(failedOf(await compare(nothing))).toContain('other: nDCG@10 of artist');
});

test('the floors name kinds and probes that exist', async () => {
  const read = (file: string) => Bun.file(`${import.meta.dirname}/${file}`).json();
  const written = (await read('floors.json')) as Floors;
  const kinds = new Set(((await read('queries.json')) as Query[]).map(({ kind }) => kind));
  expect(Object.keys(written.engines)).toEqual(['memory', 'Elasticsearch']);
  for (const { kinds: own } of Object.values(written.engines)) {
    expect(Object.keys(own).filter((kind) => !kinds.has(kind))).toEqual([]);
  }
  const probes = new Set(knownItems(events, 1, seeded(1)).map(([label]) => label));
  const unknown = Object.keys(written.probes.first).filter((label) => !probes.has(label));
  expect(unknown).toEqual([]);
});
