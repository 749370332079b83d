import type { SearchIndex } from '../index/search-index.ts';
import { type Meaning, meaningOf } from '../relevance/meaning.ts';
import { scoreOf } from '../relevance/score.ts';
import { termsOf } from '../relevance/terms.ts';
import { dayOf, type SearchHit, type SearchQuery } from './search-query.ts';

/** A search that finds fewer may have been misspelt. */
const few = 3;
/** Words of a search that found nothing, which are looked for one by one. */
const mostWords = 4;

/**
 * Returns the text that was probably meant, in folded words, when little was found: misspelt words as the best hit has
 * them, without those that no event has. Undefined when there is none, or it is what was typed.
 */
export async function didYouMean(
  index: SearchIndex,
  query: Pick<SearchQuery, 'text' | 'filters' | 'now'>,
  found: { total: number; hits: SearchHit[] },
): Promise<string | undefined> {
  const { text, now } = query;
  if (text === '' || found.total >= few) return undefined;
  const meaning = meaningOf(text, dayOf(now));
  const [best] = found.hits;
  if (best)
    return unlessTyped(
      meaning.words.map((word) => correctedBy(meaning, best).get(word) ?? word),
      meaning,
    );
  if (meaning.words.length < 2 || meaning.words.length > mostWords) return undefined;
  const alone = await Promise.all(meaning.words.map((word) => wordAlone(index, query, word)));
  const known = alone.filter((word) => word !== undefined);
  if (known.length === 0) return undefined;
  const { total } = await index.search({ ...query, text: known.join(' '), size: 1 });
  return total > 0 ? unlessTyped(known, meaning) : undefined;
}

async function wordAlone(index: SearchIndex, query: Pick<SearchQuery, 'filters' | 'now'>, word: string) {
  const { hits } = await index.search({ ...query, text: word, size: 1 });
  const [best] = hits;
  return best && (correctedBy(meaningOf(word, dayOf(query.now)), best).get(word) ?? word);
}

/** The words that an event has otherwise than they were typed, by what was typed. */
function correctedBy(meaning: Meaning, event: SearchHit): Map<string, string> {
  const reasons = scoreOf(meaning, termsOf(event))?.reasons ?? [];
  const typed = new Set(meaning.words);
  const near = reasons.filter(({ how, typed: word }) => (how === 'near1' || how === 'near2') && typed.has(word));
  return new Map(near.map(({ typed: word, term }) => [word, term]));
}

const unlessTyped = (words: string[], meaning: Meaning): string | undefined => {
  const text = words.join(' ');
  return text === meaning.words.join(' ') ? undefined : text;
};
