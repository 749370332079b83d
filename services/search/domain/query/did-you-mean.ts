import type { SearchIndex } from '../index/search-index.ts';
import { type Meaning, meaningOf } from '../relevance/meaning.ts';
import { scoreOf } from '../relevance/score.ts';
import { type Field, nameFields, termsOf } from '../relevance/terms.ts';
import type { SearchHit, SearchQuery } from './search-query.ts';

/** A search that finds fewer may have been misspelt. */
const few = 3;
/** More words of a search that found nothing hardly mean one event. */
const mostWords = 4;

/**
 * Returns the text that was probably meant, in folded words, when little was found: misspelt words as the best hit has
 * them. When nothing was found, that is the best event that has any of the words, without those that it lacks.
 * Undefined when there is none, or it is what was typed.
 */
export async function didYouMean(
  index: SearchIndex,
  query: Pick<SearchQuery, 'text' | 'filters' | 'now'>,
  found: { total: number; hits: SearchHit[] },
): Promise<string | undefined> {
  const { text, now } = query;
  if (text === '' || found.total >= few) return undefined;
  const meaning = meaningOf(text, now, { needsOne: true });
  const [hit] = found.hits;
  const best = hit ?? (await bestOfAny(index, query, meaning));
  if (!best) return undefined;
  const { had, corrected } = wordsIn(meaning, best, now);
  const words = meaning.words.filter((word) => hit || had.has(word)).map((word) => corrected.get(word) ?? word);
  const meant = words.join(' ');
  return words.length === 0 || meant === meaning.words.join(' ') ? undefined : meant;
}

async function bestOfAny(index: SearchIndex, query: Pick<SearchQuery, 'text' | 'filters' | 'now'>, { words }: Meaning) {
  if (words.length < 2 || words.length > mostWords) return undefined;
  const { hits } = await index.search({ ...query, needsOne: true, size: 1 });
  return hits[0];
}

/**
 * The words that an event has; and those that it has otherwise than they were typed, by what was typed: words of names,
 * for a word that is only near some word may well be meant as it is.
 */
function wordsIn(meaning: Meaning, event: SearchHit, now: number) {
  const terms = termsOf(event);
  const asked = new Set(meaning.asked.map(({ typed }) => typed));
  const reasons = (scoreOf(meaning, terms)?.reasons ?? []).filter(
    ({ typed }) => meaning.words.includes(typed) && asked.has(typed),
  );
  const near = reasons.filter(({ how }) => how === 'near1' || how === 'near2');
  const others = new Map(near.map(({ typed, term }) => [typed, term]));
  const text = meaning.words.map((word) => others.get(word) ?? word).join(' ');
  const anew = scoreOf(meaningOf(text, now, { needsOne: true }), terms)?.reasons ?? [];
  const named = new Set(anew.filter(({ field }) => isName(field)).flatMap(({ typed }) => typed.split(' ')));
  const corrected = new Map([...others].filter(([, word]) => named.has(word)));
  return { had: new Set(reasons.map(({ typed }) => typed)), corrected };
}

const isName = (field: Field): boolean => (nameFields as readonly Field[]).includes(field);
