import type { Hono } from 'hono';

/** A dependency by name: `check` throws when it does not answer. */
export type Dependencies = Record<string, () => Promise<unknown>>;

const patienceMs = 1000;

/**
 * `/livez`: the process answers. `/readyz`: every dependency does too and the process is not draining; else 503, with
 * each dependency by name. A check that takes longer than a second has failed.
 */
export function addHealth(app: Hono, dependencies: Dependencies, closing: AbortSignal): void {
  app.get('/livez', (c) => c.json({ status: 'ok' }));

  app.get('/readyz', async (c) => {
    const names = Object.keys(dependencies);
    const states = await Promise.all(names.map((name) => state(dependencies[name]!)));
    const ready = !closing.aborted && states.every((one) => one === 'ok');
    if (!ready) c.header('Retry-After', '1');
    const status = closing.aborted ? 'draining' : ready ? 'ok' : 'unavailable';
    return c.json(
      { status, dependencies: Object.fromEntries(names.map((name, i) => [name, states[i]])) },
      ready ? 200 : 503,
    );
  });
}

async function state(check: () => Promise<unknown>): Promise<'ok' | 'unavailable'> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error('too late')), patienceMs);
    });
    await Promise.race([check(), late]);
    return 'ok';
  } catch {
    return 'unavailable';
  } finally {
    clearTimeout(timer);
  }
}
