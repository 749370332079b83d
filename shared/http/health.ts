import type { Hono } from 'hono';
import { withTimeout } from '../async/with-timeout.ts';
import { reasonOf } from '../errors.ts';
import type { Logger } from '../process/log.ts';
import { type Metrics, sharedRead } from './metrics.ts';

/**
 * Dependencies by name. A check throws when its server is not in reach, or `Unfit` with a public reason when the server
 * can't do its work. The service is degraded without a `helpful` dependency, and not ready without any other.
 */
export type Dependencies = Record<string, Check | { helpful: Check }>;
type Check = () => Promise<unknown>;

/** Further members of `/readyz`, by name. They don't change its status, and one that throws is left out. */
export type Reports = Record<string, () => Promise<unknown>>;

const patienceMs = 1000;

export type HealthDeps = {
  log: Logger;
  metrics: Metrics;
  dependencies: Dependencies;
  closing: AbortSignal;
  reports?: Reports;
};

type Look = { state: 'ok' | 'unavailable'; reason?: string | undefined };

/**
 * Adds `/livez`, which is 200 while the process runs, and `/readyz`, which is 200 while every needed dependency is in
 * reach and the process is not draining, else 503. Both name each dependency; `degraded` (200) means that a helpful one
 * is away. A check that takes longer than a second has failed. `reasons` has the reasons of unfit dependencies; the log
 * has each once. The metrics show the same.
 */
export function addHealth(app: Hono, { log, metrics, dependencies, closing, reports = {} }: HealthDeps): void {
  const logged: Record<string, string | undefined> = {};

  app.get('/livez', (c) => c.json({ status: 'ok' }));

  app.get('/readyz', async (c) => {
    const [{ states, reasons, missing, ready }, told] = await Promise.all([
      look(),
      each(reports, (read) => withTimeout(read, patienceMs).catch(() => undefined)),
    ]);
    if (!ready) c.header('Retry-After', '1');
    const status = closing.aborted ? 'draining' : !ready ? 'unavailable' : missing.length > 0 ? 'degraded' : 'ok';
    return c.json({ status, dependencies: states, ...reasons, ...told }, ready ? 200 : 503);
  });

  async function look() {
    const looks = await each(dependencies, (one) => lookAt('helpful' in one ? one.helpful : one));
    logNew(looks);
    const states = mapValues(looks, ({ state }) => state);
    const told = Object.entries(looks).filter(([, { reason }]) => reason !== undefined);
    const reasons = told.length > 0 ? { reasons: mapValues(Object.fromEntries(told), ({ reason }) => reason) } : {};
    const missing = Object.keys(states).filter((name) => states[name] !== 'ok');
    const isNeeded = (name: string) => !('helpful' in dependencies[name]!);
    return { states, reasons, missing, ready: !closing.aborted && !missing.some(isNeeded) };
  }

  function logNew(looks: Record<string, Look>): void {
    for (const [dependency, { reason }] of Object.entries(looks)) {
      if (reason !== undefined && reason !== logged[dependency])
        log.warn({ dependency, reason }, 'dependency is unfit');
      logged[dependency] = reason;
    }
  }

  const seen = sharedRead(look);
  metrics.gauge('service_ready', 'Whether /readyz answers 200 (1) or 503 (0)', async () =>
    Number((await seen()).ready),
  );
  metrics.gauges(
    'dependency_up',
    'Whether a server that this one uses answers (1) or not (0)',
    'dependency',
    async () => {
      const { states } = await seen();
      return Object.fromEntries(Object.entries(states).map(([name, state]) => [name, Number(state === 'ok')]));
    },
  );
}

const lookAt = (check: Check) =>
  withTimeout(check, patienceMs).then(
    (): Look => ({ state: 'ok' }),
    (error): Look => ({ state: 'unavailable', reason: reasonOf(error) }),
  );

const mapValues = <T, R>(named: Record<string, T>, to: (one: T) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(named).map(([name, one]) => [name, to(one)]));

async function each<T, R>(named: Record<string, T>, ask: (one: T) => Promise<R>): Promise<Record<string, R>> {
  const answers = Object.entries(named).map(async ([name, one]) => [name, await ask(one)] as const);
  return Object.fromEntries(await Promise.all(answers));
}
