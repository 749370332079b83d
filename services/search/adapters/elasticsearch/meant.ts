import type { Meaning, Option, Wish } from '../../domain/relevance/meaning.ts';
import { nearBeginning } from '../../domain/relevance/spellings.ts';

/**
 * How Elasticsearch looks for near words. `listed` lists them once for all segments of the index, which costs a third
 * where there are eight; each word is a clause then, of which a server takes so many. `byTheSegment` has no limit.
 */
export const nearWords = { listed: 'top_terms_boost_512', byTheSegment: 'constant_score' } as const;
export type NearWords = keyof typeof nearWords;

/**
 * What a search asks for, as parts of a `bool` query. Every part has a constant score, so that sums are what the domain
 * says, whatever the index holds; `min_score` is the meaning's least.
 */
export function meant({ asked, helpful }: Meaning, near: NearWords) {
  if (asked.length === 0) return { must: { match_none: {} } };
  const wished = (wish: Wish) => queryOf(wish, near);
  return { must: { bool: { should: asked.map(wished) } }, should: helpful.map(wished) };
}

function queryOf({ options }: Wish, near: NearWords): object {
  const queries = options.flatMap((option) => ways(option, near));
  return queries.length === 1 ? queries[0]! : { dis_max: { queries } };
}

/** One query for each field, which has a score of its own. */
function ways(option: Option, near: NearWords): object[] {
  return Object.entries(option.scores).flatMap(([field, boost]) =>
    found(option, `terms.${field}`, near).map((filter) => ({ constant_score: { filter, boost } })),
  );
}

function found({ how, terms }: Option, field: string, near: NearWords): object[] {
  if (how === 'is') return [terms.length === 1 ? { term: { [field]: terms[0] } } : { terms: { [field]: terms } }];
  if (how === 'begins') return terms.map((value) => ({ prefix: { [field]: { value } } }));
  if (how === 'begins1') return terms.map((term) => ({ regexp: { [field]: begun(term) } }));
  const edits = how === 'near1' ? { fuzziness: 1 } : { fuzziness: 2, prefix_length: 1 };
  return terms.map((value) => ({ fuzzy: { [field]: { value, ...edits, rewrite: nearWords[near] } } }));
}

const begun = (typed: string) => ({ value: `${nearBeginning(typed)}.*`, flags: 'NONE', rewrite: 'constant_score' });
