import type { Metrics } from '../http/metrics.ts';
import type { CallMeter } from './client.ts';

/** `waitedMs`: the number of calls by waiting time, up to `lastMs`. */
type Pool = { max: number; underWay: number; lost: number; waitedMs: number; lastMs: number };

const systemMs = () => performance.now();

/**
 * Shows the pools of a service in its metrics, by name; returns a function that makes a pool's meter. The driver hides
 * its queue, but the server works on one call per connection: calls beyond the number of connections wait, in the
 * driver or behind another on their connection.
 */
export function poolMetrics(metrics: Metrics, nowMs = systemMs): (name: string) => (connections: number) => CallMeter {
  const pools = new Map<string, Pool>();
  const gauge = (name: string, help: string, read: (pool: Pool) => number) =>
    metrics.gauges(name, help, 'pool', () => eachOf(pools, read));
  const count = (name: string, help: string, read: (pool: Pool) => number) =>
    metrics.counts(name, help, 'pool', () => eachOf(pools, read));

  gauge('db_pool_connections_max', 'Connections to PostgreSQL that a pool may open', (pool) => pool.max);
  gauge('db_calls_under_way', 'Calls of PostgreSQL that have no answer yet', (pool) => pool.underWay);
  gauge('db_calls_waiting', 'Calls under way beyond the connections of their pool', waiting);
  count('db_pool_wait_seconds_total', 'Seconds that calls were beyond the connections of their pool', (pool) => {
    addWait(pool, nowMs());
    return pool.waitedMs / 1000;
  });
  count('db_unavailable_total', 'Calls that PostgreSQL did not answer, or not in time', (pool) => pool.lost);
  const series = metrics.durations(
    'db_call_duration_seconds',
    'Calls of PostgreSQL, with their duration and their wait',
  );

  return (name) => (max) => {
    const pool: Pool = { max, underWay: 0, lost: 0, waitedMs: 0, lastMs: 0 };
    pools.set(name, pool);
    const observe = series({ pool: name });
    return {
      begin() {
        const begunMs = nowMs();
        addWait(pool, begunMs);
        pool.underWay++;
        return begunMs;
      },
      end(begunMs) {
        const endedMs = nowMs();
        addWait(pool, endedMs);
        pool.underWay--;
        observe((endedMs - begunMs) / 1000);
      },
      unavailable() {
        pool.lost++;
      },
    };
  };
}

const waiting = ({ underWay, max }: Pool) => Math.max(0, underWay - max);

/** Must be called before the number of calls under way changes. */
function addWait(pool: Pool, nowMs: number): void {
  pool.waitedMs += waiting(pool) * (nowMs - pool.lastMs);
  pool.lastMs = nowMs;
}

const eachOf = (pools: Map<string, Pool>, read: (pool: Pool) => number) =>
  Object.fromEntries([...pools].map(([name, pool]) => [name, read(pool)]));
