import type { Meaning, Option, Wish } from '../../domain/relevance/meaning.ts';
import { nearBeginning } from '../../domain/relevance/spellings.ts';

/**
 * What a search asks for, as parts of a `bool` query. Every part has a constant score, so that sums are what the domain
 * says, whatever the index holds; `min_score` is the meaning's least.
 */
export function meant({ asked, helpful }: Meaning) {
  if (asked.length === 0) return { must: { match_none: {} } };
  return { must: { bool: { should: asked.map(wished) } }, should: helpful.map(wished) };
}

function wished({ options }: Wish): object {
  const queries = options.flatMap(ways);
  return queries.length === 1 ? queries[0]! : { dis_max: { queries } };
}

/** One query for each field, which has a score of its own. */
function ways(option: Option): object[] {
  return Object.entries(option.scores).flatMap(([field, boost]) =>
    found(option, `terms.${field}`).map((filter) => ({ constant_score: { filter, boost } })),
  );
}

function found({ how, terms }: Option, field: string): object[] {
  if (how === 'is') return [terms.length === 1 ? { term: { [field]: terms[0] } } : { terms: { [field]: terms } }];
  if (how === 'begins') return terms.map((value) => ({ prefix: { [field]: { value } } }));
  if (how === 'begins1') return terms.map((term) => ({ regexp: { [field]: begun(term) } }));
  const near = how === 'near1' ? { fuzziness: 1 } : { fuzziness: 2, prefix_length: 1 };
  return terms.map((value) => ({ fuzzy: { [field]: { value, ...near, rewrite: 'constant_score' } } }));
}

const begun = (typed: string) => ({ value: `${nearBeginning(typed)}.*`, flags: 'NONE', rewrite: 'constant_score' });
