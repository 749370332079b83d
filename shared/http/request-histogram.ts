import { histogram, observe, type Series } from './histogram.ts';

/** The durations of requests by route, method and status: one look-up of a text for each. */
export function requestHistogram() {
  const { begin, metric } = histogram(
    'http_request_duration_seconds',
    'HTTP requests by route, method and status, with their duration',
  );
  const known = new Map<string, Series>();

  function request(route: string, method: string, status: number, seconds: number): void {
    const key = `${method} ${status} ${route}`;
    let one = known.get(key);
    if (!one) {
      one = begin({ route, method, status: String(status) });
      known.set(key, one);
    }
    observe(one, seconds);
  }

  return { request, metric };
}
