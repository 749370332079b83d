import { type Stepwise, stepsAtOnce } from './turns.ts';

/** The first `size` items in the given order, without sorting them all. */
export function* top<T>(items: ArrayLike<T>, size: number, compare: (a: T, b: T) => number): Stepwise<T[]> {
  const kept = createHeap(compare);

  function offer(from: number, to: number): void {
    for (let at = from; at < to; at++) {
      const item = items[at]!;
      if (kept.size() < size) kept.add(item);
      else if (size > 0 && compare(item, kept.last()) < 0) kept.replaceLast(item);
    }
  }

  for (let at = 0; at < items.length; at += stepsAtOnce) {
    offer(at, Math.min(items.length, at + stepsAtOnce));
    yield;
  }
  const found: T[] = [];
  while (kept.size() > 0) {
    if (found.length % stepsAtOnce === stepsAtOnce - 1) yield;
    found.push(kept.takeLast());
  }
  return found.reverse();
}

/** Items of which the last in order is at hand: a binary heap. */
function createHeap<T>(compare: (a: T, b: T) => number) {
  const items: T[] = [];
  const isBehind = (a: number, b: number) => compare(items[a]!, items[b]!) > 0;

  function swap(a: number, b: number): void {
    [items[a], items[b]] = [items[b]!, items[a]!];
  }

  function rise(at: number): void {
    for (let here = at; here > 0; ) {
      const above = (here - 1) >> 1;
      if (!isBehind(here, above)) return;
      swap(here, above);
      here = above;
    }
  }

  function sink(): void {
    for (let here = 0; ; ) {
      const [left, right] = [2 * here + 1, 2 * here + 2];
      let most = here;
      if (left < items.length && isBehind(left, most)) most = left;
      if (right < items.length && isBehind(right, most)) most = right;
      if (most === here) return;
      swap(here, most);
      here = most;
    }
  }

  return {
    size: () => items.length,
    last: () => items[0]!,
    add(item: T): void {
      items.push(item);
      rise(items.length - 1);
    },
    replaceLast(item: T): void {
      items[0] = item;
      sink();
    },
    takeLast(): T {
      const last = items[0]!;
      const end = items.pop()!;
      if (items.length > 0) {
        items[0] = end;
        sink();
      }
      return last;
    },
  };
}
