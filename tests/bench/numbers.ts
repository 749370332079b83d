/** The middle value; of an even number, the mean of the middle two. NaN when there are none. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

/** The smallest value that the share `p` (0–1) of all stays at or below. NaN when there are none. */
export function percentile(values: number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN;
}

export type Spread = { median: number; min: number; max: number };

export const spread = (values: number[]): Spread => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
});

/** How rates compare to the floor's of the same rounds: by the medians, and round by round. */
export function ratios(ours: number[], floor: number[]): { ofMedians: number; byRound: Spread } {
  return { ofMedians: median(ours) / median(floor), byRound: spread(ours.map((rate, i) => rate / floor[i]!)) };
}
