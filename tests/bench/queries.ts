import { createRandom, type Random } from '../../drizzle/seed/random.ts';

/** The source of queries: the names of events, performers and places. */
export type Wanted = { events: string[]; performers: string[]; places: string[] };

/**
 * Returns different search texts, the same for the same input: one to four words of something that exists,
 * three of four with one or two typing mistakes.
 */
export function misspeltQueries(wanted: Wanted, count: number, randomSeed = 1): string[] {
  const random = createRandom(randomSeed);
  const kinds = [wanted.events, wanted.events, wanted.performers, wanted.places];
  const queries = new Set<string>();
  for (let tries = 0; queries.size < count; tries++) {
    if (tries > 50 * count) throw new Error('Too little to look for');
    const all = random
      .pick(random.pick(kinds))
      .split(/[\s,:]+/)
      .filter((word) => word.length > 1);
    const from = random.int(0, Math.max(0, all.length - 1));
    const words = all.slice(from, from + random.int(1, 4));
    if (words.length === 0) continue;
    const mistakes = random.next() < 0.25 ? 0 : random.int(1, 2);
    for (let i = 0; i < mistakes; i++) {
      const at = random.int(0, words.length - 1);
      words[at] = mistyped(words[at]!, random);
    }
    queries.add(words.join(' ').toLowerCase());
  }
  return [...queries];
}

/** One letter left out, doubled, taken for another, or changed places with the next. */
export function mistyped(word: string, random: Random): string {
  const letters = [...word];
  if (letters.length < 3) return word;
  const at = random.int(1, letters.length - 2);
  const [here, next] = [letters[at]!, letters[at + 1]!];
  const written = random.pick(['', here + here, random.pick([...'aeionrst']), next + here]);
  return [...letters.slice(0, at), written, ...letters.slice(written === next + here ? at + 2 : at + 1)].join('');
}
