/**
 * The words as the release before searched for them, in an index that it built: such an index has no terms, and is
 * searched until the one that replaces it is whole. To be removed with the release after this one.
 */
export function inFormerIndex(text: string) {
  const words = text.split(' ').slice(0, 16);
  return {
    must: {
      multi_match: {
        query: words.join(' '),
        type: 'most_fields',
        fields: ['name^4', 'performers', 'location^2', 'description'],
        fuzziness: 'AUTO',
        // In all fewer clauses than the smallest server takes.
        max_expansions: Math.floor(1000 / (4 * Math.max(4, words.length))),
      },
    },
  };
}
