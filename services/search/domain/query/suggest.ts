import type { Clock } from '../../../../shared/async/clock.ts';
import { type Cache, type CacheObserver, readThrough } from '../../../../shared/cache/cache.ts';
import type { SearchIndex } from '../index/search-index.ts';
import { type Meaning, meaningOf } from '../relevance/meaning.ts';
import { scoreOf } from '../relevance/score.ts';
import { noTerms, placeTerms, type Terms, termsOf } from '../relevance/terms.ts';
import { awaitVersion } from './await-version.ts';
import { cityName, cityOf } from './city-names.ts';
import { findEvents } from './find-events.ts';
import { normalise } from './search-events.ts';
import type { SearchHit } from './search-query.ts';
import { beginningsOf, citiesCalled, type Suggestions } from './suggested-names.ts';

export type SuggestRequest = {
  /** As typed so far. */
  q: string;
  /** Most names of each kind. */
  size: number;
  /** As of a search. */
  minVersion?: bigint | undefined;
};

export type SuggestDeps = { index: SearchIndex; cache: Cache; clock: Clock; observeCache?: CacheObserver };

const keptMs = 30_000;
/** Events that are looked at for names near what was typed. */
const looked = 20;

/**
 * Suggests names of events, performers, venues and cities as somebody types: those that begin so, or, if none does,
 * those near it. Resolves to the suggestions as `write` writes them. Throws `unavailable` while the index is away, and
 * while it does not have `minVersion`.
 */
export function suggest(deps: SuggestDeps, write: (found: Suggestions) => string) {
  const { index, cache, clock, observeCache } = deps;
  const read = readThrough(cache, observeCache);
  const reached = awaitVersion(deps);

  return async function suggestFor({ q, size, minVersion }: SuggestRequest): Promise<string> {
    const text = normalise(q);
    if (minVersion !== undefined) await reached(minVersion);
    const key = `suggest:2:${await index.generation()}:${text}:${size}`;
    return read(key, keptMs, async () => write(await namesFor(text, size)));
  };

  async function namesFor(text: string, size: number): Promise<Suggestions> {
    const beginnings = beginningsOf(text);
    if (beginnings.length === 0) return nothing;
    const now = clock.now();
    const found = await index.suggest({ beginnings, cities: citiesCalled(beginnings), now, size });
    return Object.values(found).some((names) => names.length > 0) ? found : nearNames(text, size, now);
  }

  /** The names of the best hits that have what was typed, misspelt. */
  async function nearNames(text: string, size: number, now: number): Promise<Suggestions> {
    const { found, isLoose } = await findEvents(index, { text, now, size: looked });
    const { hits } = found;
    const meaning = meaningOf(text, now, { isLoose });
    const best = (names: string[], terms: (name: string) => Terms) => matching(meaning, names, terms).slice(0, size);
    const cities = hits.flatMap(({ city, country }) => (city ? [cityName({ name: city, country })] : []));
    return {
      events: differentlyNamed(hits).slice(0, size).map(eventOf),
      performers: best(
        hits.flatMap(({ performers }) => performers),
        asLead,
      ).map((name) => ({ name })),
      venues: best(
        hits.map(({ location }) => location),
        placeTerms,
      ).map((location) => ({ location })),
      cities: best(cities, (city) => placeTerms(cityOf(city).name)).map(cityOf),
    };
  }
}

export type Suggest = ReturnType<typeof suggest>;

const nothing: Suggestions = { events: [], performers: [], venues: [], cities: [] };

const eventOf = ({ uuid, name, date, location }: SearchHit) => ({ uuid, name, date, location });

/** A tour has one name and many dates: the best hit stands for it, where it stands. */
function differentlyNamed(hits: SearchHit[]): SearchHit[] {
  const known = new Set<string>();
  return hits.filter(({ name }) => !known.has(name) && known.add(name));
}

/** The names that the words mean, the best first. */
function matching(meaning: Meaning, names: string[], terms: (name: string) => Terms): string[] {
  return [...new Set(names)]
    .flatMap((name) => {
      const found = scoreOf(meaning, terms(name));
      return found ? [{ name, score: found.score }] : [];
    })
    .sort((a, b) => b.score - a.score)
    .map(({ name }) => name);
}

const asLead = (name: string): Terms => ({ ...noTerms, ...leadTerms(name) });
const leadTerms = (name: string) => {
  const { lead, leadName, partName } = termsOf({ ...unnamed, performers: [name] });
  return { lead, leadName, partName };
};

const unnamed = {
  ...{ name: '', description: '', category: null, genre: null },
  ...{ date: '2000-01-01T00:00:00Z', local_date: '2000-01-01', time_zone: null },
  ...{ location: '', venue_name: null, city: null, country: null },
};
