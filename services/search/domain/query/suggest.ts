import type { Clock } from '../../../../shared/async/clock.ts';
import { type Cache, type CacheObserver, readThrough } from '../../../../shared/cache/cache.ts';
import type { SearchIndex } from '../index/search-index.ts';
import { type Meaning, meaningOf } from '../relevance/meaning.ts';
import { scoreOf } from '../relevance/score.ts';
import { noTerms, placeTerms, type Terms, termsOf } from '../relevance/terms.ts';
import { normalise } from './search-events.ts';
import { dayOf, type SearchHit } from './search-query.ts';

/** Names of upcoming events that begin as typed or are near it, the best of each kind first. */
export type Suggestions = {
  events: { uuid: string; name: string; date: string; location: string }[];
  performers: { name: string }[];
  venues: { location: string }[];
  cities: { name: string }[];
};

export type SuggestDeps = { index: SearchIndex; cache: Cache; clock: Clock; observeCache?: CacheObserver };

const keptMs = 30_000;
/** Events that are looked at for names; facets tell the names of the others. */
const looked = 20;

/**
 * Suggests names of events, performers, venues and cities as somebody types, at most `size` of each kind. Resolves to
 * the suggestions as `write` writes them. Throws `unavailable` while the index is away.
 */
export function suggest({ index, cache, clock, observeCache }: SuggestDeps, write: (found: Suggestions) => string) {
  const read = readThrough(cache, observeCache);

  return async function suggestFor({ q, size }: { q: string; size: number }): Promise<string> {
    const text = normalise(q);
    const today = dayOf(clock.now());
    const key = `suggest:1:${await index.generation()}:${today}:${text}:${size}`;
    return read(key, keptMs, async () => write(text === '' ? nothing : await namesFor(text, size, today)));
  };

  async function namesFor(text: string, size: number, today: string): Promise<Suggestions> {
    const meaning = meaningOf(text, today);
    const facets = ['performer', 'city'] as const;
    const found = await index.search({ text, now: clock.now(), size: looked, facets });
    const best = (names: string[], terms: (name: string) => Terms) => matching(meaning, names, terms).slice(0, size);
    const values = (facet: (typeof facets)[number]) => found.facets?.[facet]?.map(({ value }) => value) ?? [];
    const { hits } = found;
    return {
      events: differentlyNamed(hits).slice(0, size).map(eventOf),
      performers: best([...hits.flatMap(({ performers }) => performers), ...values('performer')], asLead).map(named),
      venues: best(
        hits.map(({ location }) => location),
        placeTerms,
      ).map((location) => ({ location })),
      cities: best(values('city'), placeTerms).map(named),
    };
  }
}

export type Suggest = ReturnType<typeof suggest>;

const nothing: Suggestions = { events: [], performers: [], venues: [], cities: [] };

const named = (name: string) => ({ name });

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
  ...{ name: '', description: '', category: null, genre: null, local_date: '2000-01-01' },
  ...{ location: '', venue_name: null, city: null, country: null },
};
