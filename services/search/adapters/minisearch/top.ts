/** The first `size` items in the given order, without sorting them all. */
export function top<T>(items: Iterable<T>, size: number, compare: (a: T, b: T) => number): T[] {
  let kept: T[] = [];
  let last: T | undefined;
  const trim = () => {
    kept = kept.sort(compare).slice(0, size);
    last = kept.length === size ? kept[size - 1] : undefined;
  };
  for (const item of items) {
    if (last !== undefined && compare(item, last) > 0) continue;
    kept.push(item);
    if (kept.length >= 2 * size + 100) trim();
  }
  trim();
  return kept;
}
