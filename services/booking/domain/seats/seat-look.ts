import type { Hall } from './hall.ts';

/** A look at a hall for a wish. */
export type Look = {
  hall: Hall;
  taken: Uint8Array;
  quantity: number;
  maxPrice: number;
  /** Tells by the index of its row's name whether a place will do. */
  isIn: Uint8Array | undefined;
  /** The index of the wished category. */
  category: number | undefined;
  /** The kinds that will not do. */
  out: number;
  mayStrand: boolean;
};

/** Returns whether a place is free and meets the wish. */
export function admits({ hall, taken, maxPrice, isIn, category, out }: Look, place: number): boolean {
  return (
    !taken[place] &&
    hall.price[place]! <= maxPrice &&
    !(hall.kind[place]! & out) &&
    (isIn === undefined || isIn[hall.named[place]!] === 1) &&
    (category === undefined || hall.category[place] === category)
  );
}

export const placesFrom = (start: number, size: number) => Array.from({ length: size }, (_, i) => start + i);
