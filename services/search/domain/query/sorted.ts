/** Returns where the first text that is not before the wanted one stands in a sorted list, or would. */
export function firstFrom(list: readonly string[], wanted: string): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
