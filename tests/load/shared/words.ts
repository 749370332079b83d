/**
 * The words of a name that somebody would type: plain letters, four at least. Others are passed over, such as those of
 * other scripts or with an apostrophe: what counts as a word there is the search's own rule.
 */
export function plainWords(name: string): string[] {
  return name.split(/[\s:;,.!?"“”()&/–—-]+/).filter((word) => /^[A-Za-z]{4,}$/.test(word));
}

/**
 * A word with a slip of the finger within: a letter left out, or struck twice. One edit, which the search forgives from
 * three letters on. `at` and `kind` are from 0 to 1, 1 excluded.
 */
export function misspell(word: string, at: number, kind: number): string {
  const index = 1 + Math.floor(at * (word.length - 2));
  const [before, letter, after] = [word.slice(0, index), word[index], word.slice(index + 1)];
  return kind < 0.5 ? before + after : before + letter + letter + after;
}
