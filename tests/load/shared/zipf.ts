/**
 * Returns a function that turns a number from 0 to 1 (1 excluded) into one of `count` ranks, from 0. Rank n occurs in
 * proportion to 1 / (n + 1), like interest in events: a few are hot, and most are seldom visited.
 */
export function zipf(count: number): (random: number) => number {
  let sum = 0;
  const upTo = Array.from({ length: count }, (_, rank) => {
    sum += 1 / (rank + 1);
    return sum;
  });
  return (random) => {
    const wanted = random * sum;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (upTo[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
