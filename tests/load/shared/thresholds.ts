import type { Settings } from './settings.ts';

/** The names of each kind of request in the results. */
export type RequestName = 'list' | 'event page' | 'search' | 'reserve' | 'confirm';

/**
 * The limits of every run: each status and each body as in the contract, no visit that failed in the script, and of
 * each kind of request at least one, with its p99 within bounds. Without the counts a run without requests would pass:
 * k6 takes a rate of nothing for a good one.
 */
export function thresholds(names: RequestName[], { p99Ms }: Settings): Record<string, string[]> {
  const each = names.flatMap((name) => [
    [`http_reqs{name:${name}}`, ['count>0']],
    [`http_req_duration{name:${name}}`, [`p(99)<${p99Ms}`]],
  ]);
  return {
    checks: ['rate==1'],
    http_req_failed: ['rate==0'],
    broken_visits: ['count==0'],
    ...Object.fromEntries(each),
  };
}

/** The statistics of each kind of request in the results. */
export const summaryTrendStats = ['p(50)', 'p(99)', 'max'];
