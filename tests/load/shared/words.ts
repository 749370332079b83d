/**
 * Returns the words of a name to type: plain letters, four at least. Others are left out, such as those of other
 * scripts or with an apostrophe: the search has rules of its own for them.
 */
export function plainWords(name: string): string[] {
  return name.split(/[\s:;,.!?"“”()&/–—-]+/).filter((word) => /^[A-Za-z]{4,}$/.test(word));
}

/**
 * Returns a misspelt word: a letter left out, or doubled. One edit, which the search forgives from four typed letters on;
 * a word of four is only made longer. `at` and `kind` are from 0 to 1, 1 excluded.
 */
export function misspell(word: string, at: number, kind: number): string {
  const index = 1 + Math.floor(at * (word.length - 2));
  const [before, letter, after] = [word.slice(0, index), word[index], word.slice(index + 1)];
  return kind < 0.5 && word.length > 4 ? before + after : before + letter + letter + after;
}
