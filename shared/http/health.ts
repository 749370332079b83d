import type { Hono } from 'hono';

/**
 * Dependencies by name: a check throws when its server does not answer. Without a `helpful` one the service does its
 * work in a poorer way; without any other it can't.
 */
export type Dependencies = Record<string, Check | { helpful: Check }>;
type Check = () => Promise<unknown>;

/** What `/readyz` also tells, by name; it decides nothing, and what throws is left out. */
export type Reports = Record<string, () => Promise<unknown>>;

const patienceMs = 1000;

/**
 * `/livez`: the process answers. `/readyz`: every dependency that is needed does too and the process is not draining;
 * else 503, with each dependency by name. `degraded` (200) says that a helpful one is away. A check that takes longer
 * than a second has failed.
 */
export function addHealth(app: Hono, dependencies: Dependencies, closing: AbortSignal, reports: Reports = {}): void {
  app.get('/livez', (c) => c.json({ status: 'ok' }));

  app.get('/readyz', async (c) => {
    const [states, told] = await Promise.all([
      each(dependencies, (one) =>
        inTime('helpful' in one ? one.helpful : one).then(
          () => 'ok',
          () => 'unavailable',
        ),
      ),
      each(reports, (read) => inTime(read).catch(() => undefined)),
    ]);
    const isNeeded = (name: string) => !('helpful' in dependencies[name]!);
    const missing = Object.keys(states).filter((name) => states[name] !== 'ok');
    const ready = !closing.aborted && !missing.some(isNeeded);
    if (!ready) c.header('Retry-After', '1');
    const status = closing.aborted ? 'draining' : !ready ? 'unavailable' : missing.length > 0 ? 'degraded' : 'ok';
    return c.json({ status, dependencies: states, ...told }, ready ? 200 : 503);
  });
}

async function each<T, R>(named: Record<string, T>, ask: (one: T) => Promise<R>): Promise<Record<string, R>> {
  const answers = Object.entries(named).map(async ([name, one]) => [name, await ask(one)] as const);
  return Object.fromEntries(await Promise.all(answers));
}

async function inTime<T>(check: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('too late')), patienceMs);
    });
    return await Promise.race([check(), late]);
  } finally {
    clearTimeout(timer);
  }
}
