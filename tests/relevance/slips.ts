/** Returns numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number) {
  let state = seed;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number) => Math.floor(random() * count);
  return {
    below,
    /** Takes so many items, each once. */
    sample<T>(items: T[], count: number): T[] {
      const left = [...items];
      return Array.from({ length: Math.min(count, left.length) }, () => left.splice(below(left.length), 1)[0]!);
    },
  };
}

export type Random = ReturnType<typeof seeded>;

const letters = 'abcdefghijklmnopqrstuvwxyz';

/** Slips of a finger, `at` a letter that is not the first: hardly anybody mistypes that one. */
const slips = {
  substitution: (word: string, at: number, letter: string) => word.slice(0, at) + letter + word.slice(at + 1),
  omission: (word: string, at: number) => word.slice(0, at) + word.slice(at + 1),
  insertion: (word: string, at: number, letter: string) => word.slice(0, at) + letter + word.slice(at),
  doubling: (word: string, at: number) => word.slice(0, at) + word[at] + word.slice(at),
  transposition: (word: string, at: number) => {
    const first = Math.min(at, word.length - 2);
    return word.slice(0, first) + word[first + 1] + word[first] + word.slice(first + 2);
  },
};

export type Slip = keyof typeof slips;

export const slipNames = Object.keys(slips) as Slip[];

export const slip = (kind: Slip, word: string, random: Random): string =>
  slips[kind](word, 1 + random.below(word.length - 1), letters[random.below(letters.length)]!);
