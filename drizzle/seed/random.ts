/** A reproducible source of choices: the same seed and stream give the same sequence everywhere. */
export type Random = {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** A whole number, both ends included. */
  int(min: number, max: number): number;
  pick<T>(list: readonly T[]): T;
  /** A uuid of version 4 in shape (RFC 9562, section 5.4): 122 bits from this generator. */
  uuid(): string;
};

/**
 * xoshiro128** 1.1 (Blackman and Vigna, https://prng.di.unimi.it/xoshiro128starstar.c), its state filled from the seed
 * by the finaliser of MurmurHash3. 128 bits of state, because uuids of a 32-bit generator repeat between seeds. Streams
 * of one seed are independent, so that more of one thing does not shift another.
 */
export function createRandom(seed: number, stream = 0): Random {
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error(`A random seed is a whole number from 0, not ${seed}`);
  let a = mix(seed ^ 0x9e3779b9);
  let b = mix(Math.floor(seed / 2 ** 32) ^ 0x7f4a7c15);
  let c = mix(stream ^ 0xf39cc060);
  let d = mix(0x5cedc834);
  const word = () => {
    const scrambled = Math.imul(rotl(Math.imul(b, 5), 7), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotl(d, 11);
    return scrambled >>> 0;
  };
  // The first words still show how near two seeds are.
  for (let i = 0; i < 20; i++) word();
  const next = () => word() / 2 ** 32;
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    int,
    pick: <T>(list: readonly T[]): T => {
      if (list.length === 0) throw new Error('Nothing to pick from');
      return list[int(0, list.length - 1)] as T;
    },
    uuid: () => uuidOf(word(), word(), word(), word()),
  };
}

function uuidOf(a: number, b: number, c: number, d: number): string {
  const version = ((b & 0xffff0fff) | 0x4000) >>> 0;
  const variant = ((c & 0x3fffffff) | 0x80000000) >>> 0;
  const [second, third] = [hex(version), hex(variant)];
  return `${hex(a)}-${second.slice(0, 4)}-${second.slice(4)}-${third.slice(0, 4)}-${third.slice(4)}${hex(d)}`;
}

const hex = (word: number) => word.toString(16).padStart(8, '0');
const rotl = (word: number, bits: number) => (word << bits) | (word >>> (32 - bits));

function mix(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
