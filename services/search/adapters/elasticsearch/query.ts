import { type EventHit, hitFields, hitOf } from '../../domain/index/event-document.ts';
import { dayOf, type SearchQuery, type SearchResult } from '../../domain/query/search-query.ts';
import { meaningOf } from '../../domain/relevance/meaning.ts';
import { inFormerIndex } from './former.ts';
import { meant } from './meant.ts';
import { viewKeptFor } from './views.ts';

/** The body of a search in a view; it asks for one hit more than the page has, to see whether more follow. */
export function searchBody({ text, now, size, from = 0, after }: SearchQuery, view: string, isFormer = false) {
  const byDate = [{ date: 'asc' }, { uuid: 'asc' }];
  const position = after && [after.dateMs, after.uuid];
  const meaning = text === '' || isFormer ? undefined : meaningOf(text, dayOf(now));
  const words = meaning ? meant(meaning) : text !== '' && inFormerIndex(text);
  return {
    pit: { id: view, keep_alive: viewKeptFor },
    query: { bool: { ...words, filter: [isThere, upcoming(now)] } },
    ...(meaning && { min_score: meaning.least }),
    sort: text === '' ? byDate : [{ _score: 'desc' }, ...byDate],
    size: size + 1,
    ...(position ? { search_after: text === '' ? position : [after.score, ...position] } : { from }),
    track_total_hits: true,
    aggs: { first: { min: { field: 'date' } } },
    _source: hitFields,
  };
}

/** Documents that are not deletions. */
export const isThere = { term: { gone: false } };

export type Answer<T> = {
  pit_id?: string;
  /** In milliseconds; null when nothing was found. */
  aggregations?: { first: { value: number | null } };
  hits: { total: { value: number }; hits: { _score: number | null; _source: T; sort: (number | string)[] }[] };
};

export function searchResult(
  { size }: SearchQuery,
  { pit_id, aggregations, hits: found }: Answer<EventHit>,
): SearchResult {
  const page = found.hits.slice(0, size);
  const last = page.at(-1);
  const firstDateMs = aggregations?.first.value ?? undefined;
  return {
    hits: page.map(({ _source }) => hitOf(_source)),
    total: found.total.value,
    ...(firstDateMs !== undefined && { firstDateMs }),
    ...(last && found.hits.length > size && { next: cursor(last, pit_id) }),
  };
}

/** Dates are whole seconds, so that all searches of a second share this filter. */
const upcoming = (now: number) => ({ range: { date: { gte: Math.ceil(now / 1000) * 1000, format: 'epoch_millis' } } });

function cursor({ _score, sort }: Answer<EventHit>['hits']['hits'][number], view: string | undefined) {
  const [dateMs, uuid] = _score === null ? sort : sort.slice(1);
  return { score: _score ?? 0, dateMs: Number(dateMs), uuid: String(uuid), ...(view !== undefined && { view }) };
}
