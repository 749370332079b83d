import type { Progress } from '../bench/progress.ts';
import type { CatalogueEvent } from './catalogue.ts';
import type { Engine } from './engines.ts';
import { type Random, seeded, slip, slipNames } from './slips.ts';
import { spellings } from './spellings.ts';

/** What needs no judging: known items under seeded slips, other spellings of a query, and walks through pages. */
export type ProbeResults = {
  items: { label: string; n: number; first: number; missed: string[] }[];
  spellings: { label: string; n: number; missed: string[] }[];
  walks: { q: string; isWhole: boolean; told: string }[];
};

export type ProbeSettings = { seed: number; n: number };

/** A query, and whether its first hit may be this event. */
type Item = [q: string, isRight: (event: CatalogueEvent) => boolean];

export async function probe(
  engine: Engine,
  events: CatalogueEvent[],
  { seed, n }: ProbeSettings,
  progress: Progress,
): Promise<ProbeResults> {
  progress.begin(`${engine.name}, probes`);
  const byUuid = new Map(events.map((event) => [event.uuid, event]));
  const results: ProbeResults = { items: [], spellings: [], walks: [] };
  for (const [label, items] of knownItems(events, n, seeded(seed))) {
    progress.say(label);
    const missed: string[] = [];
    for (const [q, isRight] of items) {
      const [uuid] = (await engine.ask(q.slice(0, 200))).uuids;
      const event = byUuid.get(uuid ?? '');
      if (!event || !isRight(event)) missed.push(`“${q}” → ${event?.name ?? 'nothing'}`);
    }
    if (items.length > 0) results.items.push({ label, n: items.length, first: items.length - missed.length, missed });
  }
  progress.say('other spellings');
  for (const { label, pairs } of spellings) {
    const missed: string[] = [];
    for (const [q, other] of pairs) {
      const [a, b] = [await engine.ask(q), await engine.ask(other)];
      if (a.uuids.join() !== b.uuids.join()) missed.push(`“${q}” (${a.total} → ${b.total})`);
    }
    results.spellings.push({ label, n: pairs.length, missed });
  }
  for (const q of ['london', 'the', 'queen berlin', 'arena']) {
    progress.say(`walking through “${q}”`);
    results.walks.push(await walk(engine, q));
  }
  return results;
}

const pageSize = 100;

/** Reads all hits by cursor and once more by page: each once, in the same order, as many as `total` says. */
async function walk(engine: Engine, q: string) {
  const first = await engine.ask(q, { size: pageSize });
  const byCursor = [...first.uuids];
  let cursor = first.next;
  while (cursor && byCursor.length <= first.total) {
    const answer = await engine.ask(q, { size: pageSize, cursor });
    byCursor.push(...answer.uuids);
    cursor = answer.next;
  }
  const byPage: string[] = [];
  for (let page = 1; page <= Math.ceil(first.total / pageSize); page++) {
    byPage.push(...(await engine.ask(q, { size: pageSize, page })).uuids);
  }
  const isWhole =
    byCursor.join() === byPage.join() && new Set(byCursor).size === first.total && byCursor.length === first.total;
  return { q, isWhole, told: `${first.total} in all, ${byCursor.length} by cursor, ${byPage.length} by page` };
}

/** Draws the probes with a known item, so many of each kind. */
export function knownItems(events: CatalogueEvent[], n: number, random: Random): [label: string, items: Item[]][] {
  const { sample } = random;
  const concerts = events.filter(({ kind, tribute }) => kind === 'music' && !tribute);
  const headliners = [...new Set(concerts.map(({ headliner }) => headliner))];
  const latin = headliners.filter((name) => /^[\p{Script=Latin} ]{6,}$/u.test(name) && longest(name).length >= 5);
  const places = [...new Map(events.map(({ venue }) => [venue.uuid, venue])).values()];
  const cities = [...new Set(places.map(({ city }) => city))];
  const misspelt = (names: string[], change: (word: string) => string): Item[] =>
    sample(names, n).map((name) => [name.replace(longest(name), change(longest(name))), isBy(name)]);
  const anySlip = (word: string) => slip(slipNames[random.below(slipNames.length)]!, word, random);
  return [
    ['full name', sample(events, n).map(({ name }) => [name, (event) => event.name === name])],
    ['headliner', sample(headliners, n).map((name) => [name, isBy(name)])],
    ['headliner + city', sample(concerts, n).map((one) => [`${one.headliner} ${one.venue.city}`, isNightOf(one)])],
    [
      'headliner + venue',
      sample(concerts, n).map((one) => [
        `${one.headliner} ${one.venue.name}`,
        ({ headliner, venue }) => headliner === one.headliner && venue === one.venue,
      ]),
    ],
    ['city', sample(cities, n).map((city) => [city, ({ venue }) => venue.city === city])],
    ['venue', sample(places, n).map(({ name }) => [name, ({ venue }) => venue.name === name])],
    ...slipNames.map((kind): [string, Item[]] => [kind, misspelt(latin, (word) => slip(kind, word, random))]),
    [
      'two slips in a word of 8 letters or more',
      misspelt(
        latin.filter((name) => longest(name).length >= 8),
        (word) => anySlip(anySlip(word)),
      ),
    ],
    ['first 4 letters', sample(latin, n).map((name) => beginning(name.slice(0, 4).trim()))],
    [
      'name without its last 3 letters',
      sample(
        latin.filter(({ length }) => length > 8),
        n,
      ).map((name) => [name.slice(0, -3).trim(), isBy(name)]),
    ],
    [
      'name without spaces or signs',
      sample(
        headliners.filter((name) => /^[\x20-\x7e]+$/.test(name) && /[^a-z0-9]/i.test(name)),
        n,
      )
        .map((name): Item => [name.replace(/[^a-z0-9]/gi, '').toLowerCase(), isBy(name)])
        .filter(([q]) => q !== ''),
    ],
    [
      'spaces for the signs of a name',
      sample(
        headliners.filter((name) => /[^\p{L}\p{N} ]/u.test(name)),
        n,
      )
        .map((name): Item => [name.replace(/[^\p{L}\p{N}]+/gu, ' ').trim(), isBy(name)])
        .filter(([q]) => q !== ''),
    ],
    [
      'tickets for NAME in CITY',
      sample(concerts, n).map((one) => [`tickets for ${one.headliner} in ${one.venue.city}`, isNightOf(one)]),
    ],
  ];
}

const longest = (name: string) => name.split(' ').reduce((a, b) => (b.length > a.length ? b : a));

const isBy =
  (name: string) =>
  ({ headliner, performers }: CatalogueEvent) =>
    headliner === name || performers.some((performer) => performer.name === name);

const isNightOf =
  (one: CatalogueEvent) =>
  ({ headliner, venue }: CatalogueEvent) =>
    headliner === one.headliner && venue.city === one.venue.city;

/** The first hit may be anything that has a word with this beginning where a visitor sees it. */
function beginning(prefix: string): Item {
  const begins = new RegExp(`(^|[^\\p{L}\\p{N}])${prefix}`, 'iu');
  return [
    prefix,
    ({ name, headliner, performers, venue }) =>
      [name, headliner, venue.location, ...performers.map((one) => one.name)].some((text) => begins.test(text)),
  ];
}
