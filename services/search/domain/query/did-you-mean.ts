import type { SearchIndex } from '../index/search-index.ts';
import { type Meaning, meaningOf } from '../relevance/meaning.ts';
import { scoreOf } from '../relevance/score.ts';
import { type Field, nameFields, termsOf } from '../relevance/terms.ts';
import type { SearchHit, SearchQuery } from './search-query.ts';

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
  const meaning = meaningOf(text, now);
  const [best] = found.hits;
  if (best) {
    const corrected = correctedBy(meaning, best, now);
    const words = meaning.words.map((word) => corrected.get(word) ?? word);
    return unlessTyped(words, meaning);
  }
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
  return best && (correctedBy(meaningOf(word, query.now), best, query.now).get(word) ?? word);
}

/**
 * The words that an event has otherwise than they were typed, by what was typed: those of names, for a word that is
 * only near some word may well be meant as it is.
 */
function correctedBy(meaning: Meaning, event: SearchHit, now: number): Map<string, string> {
  const terms = termsOf(event);
  const asked = new Set(meaning.asked.map(({ typed }) => typed));
  const near = (scoreOf(meaning, terms)?.reasons ?? []).filter(
    ({ how, typed }) => (how === 'near1' || how === 'near2') && meaning.words.includes(typed) && asked.has(typed),
  );
  const corrected = new Map(near.map(({ typed, term }) => [typed, term]));
  const text = meaning.words.map((word) => corrected.get(word) ?? word).join(' ');
  const reasons = scoreOf(meaningOf(text, now), terms)?.reasons ?? [];
  const named = new Set(reasons.filter(({ field }) => isName(field)).flatMap(({ typed }) => typed.split(' ')));
  return new Map([...corrected].filter(([, word]) => named.has(word)));
}

const isName = (field: Field): boolean => (nameFields as readonly Field[]).includes(field);

const unlessTyped = (words: string[], meaning: Meaning): string | undefined => {
  const text = words.join(' ');
  return text === meaning.words.join(' ') ? undefined : text;
};
