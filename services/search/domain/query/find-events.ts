import type { SearchIndex } from '../index/search-index.ts';
import { meaningOf } from '../relevance/meaning.ts';
import type { SearchQuery, SearchResult } from './search-query.ts';

/** `isLoose`: of a loose search. */
export type Found = { found: SearchResult; isLoose: boolean };

/**
 * Searches, and again loosely where nothing is found and words may be misspelt beginnings. A list goes on as it began.
 */
export async function findEvents(index: SearchIndex, query: SearchQuery): Promise<Found> {
  if (query.after?.isLoose) return findLoosely(index, query);
  const found = await index.search(query);
  if (query.after || found.total > 0 || !mayFindMore(query)) return { found, isLoose: false };
  const loose = await findLoosely(index, query);
  if (loose.found.total === 0) return { found, isLoose: false };
  const turns = [found, loose.found].flatMap(({ firstTurnMs }) => firstTurnMs ?? []);
  return turns.length === 0 ? loose : { ...loose, found: { ...loose.found, firstTurnMs: Math.min(...turns) } };
}

async function findLoosely(index: SearchIndex, query: SearchQuery): Promise<Found> {
  const { next, ...found } = await index.search({ ...query, isLoose: true });
  return { found: { ...found, ...(next && { next: { ...next, isLoose: true } }) }, isLoose: true };
}

const mayFindMore = ({ text, now }: SearchQuery): boolean =>
  meaningOf(text, now, { isLoose: true }).asked.some(({ options }) => options.some(({ how }) => how === 'begins1'));
