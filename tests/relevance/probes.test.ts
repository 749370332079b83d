import { expect, test } from 'bun:test';
import type { CatalogueEvent } from './catalogue.ts';
import { eventsOf } from './catalogue.ts';
import type { Engine, Part } from './engines.ts';
import { probe } from './probes.ts';
import { seeded, slip, slipNames } from './slips.ts';
import { tinyCatalogue } from './testing.ts';
import { checkProbes, isPassed } from './verdict.ts';

const events = eventsOf(tinyCatalogue);
const progress = { begin() {}, say() {}, warn() {}, warnings: [], done() {} };
const floors = { otherwise: 0.9, first: {} };

/** An engine that knows the catalogue by heart: the event whose texts share the most pairs of letters comes first. */
function knowing(change: (uuids: string[], q: string, part: Part) => string[] = (uuids) => uuids): Engine {
  const ask = async (q: string, part: Part = {}) => {
    const { size = 10, page = 1, cursor = String((page - 1) * size) } = part;
    const all = events
      .map((event) => ({ uuid: event.uuid, likeness: likeness(q, event) }))
      .sort((a, b) => b.likeness - a.likeness || (a.uuid < b.uuid ? -1 : 1));
    const from = Number(cursor);
    const uuids = all.slice(from, from + size).map(({ uuid }) => uuid);
    const next = from + size < all.length ? String(from + size) : undefined;
    return { total: all.length, uuids: change(uuids, q, part), next };
  };
  return { name: 'knowing', ask };
}

/** Pairs of letters within words, so that their order does not matter. */
const pairs = (text: string) =>
  new Set(
    text
      .normalize('NFKD')
      .toLowerCase()
      .split(/\s/)
      .map((word) => word.replace(/[^a-z]/g, ''))
      .flatMap((word) => [...word].map((letter, i) => letter + (word[i + 1] ?? ''))),
  );

function likeness(q: string, { name, venue }: CatalogueEvent): number {
  const [asked, own] = [pairs(q), pairs(`${name} ${venue.location}`)];
  return [...asked].filter((pair) => own.has(pair)).length;
}

const failed = async (engine: Engine) =>
  checkProbes('x', await probe(engine, events, { seed: 1, n: 20 }, progress), floors)
    .filter((check) => !isPassed(check))
    .map(({ what }) => what);

test('an engine that finds every known item passes', async () => {
  expect(await failed(knowing())).toEqual([]);
});

test('an engine that turns its hits around, or shows a hit twice, is caught', async () => {
  expect(await failed(knowing((uuids) => uuids.toReversed()))).toContain('x: headliner + city');
  const twice = knowing((uuids, _, { cursor }) => (cursor ? [] : [uuids[0]!, ...uuids.slice(0, -1)]));
  expect(await failed(twice)).toContain('x: walks by page and by cursor agree');
});

test('an engine that minds capital letters is caught', async () => {
  const minding = knowing((uuids, q) => (q === q.toUpperCase() ? uuids.toReversed() : uuids));
  expect(await failed(minding)).toContain('x: the same hits when written with capital letters');
});

test('slips are the same for the same seed, and never at the first letter', () => {
  const slipped = (seed: number) => {
    const random = seeded(seed);
    return Array.from({ length: 100 }, (_, i) => slip(slipNames[i % slipNames.length]!, 'borealis', random));
  };
  expect(slipped(1)).toEqual(slipped(1));
  expect(slipped(1)).not.toEqual(slipped(2));
  expect(slipped(1).every((word) => word.startsWith('b'))).toBe(true);
  expect(new Set(slipped(1).map(({ length }) => length))).toEqual(new Set([7, 8, 9]));
});
