/**
 * Counts by duration: how often (`counts[i]`) a duration fell into bucket `i`. Plain data, so that it can be sent as
 * JSON.
 */
export type Histogram = { counts: number[] };

/** Each bucket ends 2 % above the last one, from 1 µs on. */
const growth = Math.log(1.02);

export const newHistogram = (): Histogram => ({ counts: [] });

export function record(histogram: Histogram, ms: number): void {
  const bucket = Math.max(0, Math.ceil(Math.log(ms * 1000) / growth));
  const { counts } = histogram;
  while (counts.length <= bucket) counts.push(0);
  counts[bucket]!++;
}

export function merged(histograms: Histogram[]): Histogram {
  const length = Math.max(0, ...histograms.map(({ counts }) => counts.length));
  return { counts: Array.from({ length }, (_, i) => sum(histograms.map(({ counts }) => counts[i] ?? 0))) };
}

/** The duration in ms that the share `p` (0–1) of all stayed at or below, to 2 %; NaN when there are none. */
export function percentileOf({ counts }: Histogram, p: number): number {
  let left = Math.max(1, Math.ceil(p * sum(counts)));
  for (const [bucket, count] of counts.entries()) {
    left -= count;
    if (left <= 0) return Math.exp(bucket * growth) / 1000;
  }
  return Number.NaN;
}

const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
