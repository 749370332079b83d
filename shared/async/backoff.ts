const firstMs = 100;
const longestMs = 5000;

/** Pauses that double up to five seconds, each shortened at random so that many clients don't retry at once. */
export function createBackoff(random: () => number = Math.random) {
  let failures = 0;
  return {
    next(): number {
      const fullMs = Math.min(longestMs, firstMs * 2 ** failures);
      failures++;
      return fullMs * (0.5 + random() / 2);
    },
    reset(): void {
      failures = 0;
    },
  };
}
