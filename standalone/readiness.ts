import { setTimeout as sleep } from 'node:timers/promises';

type Readiness = { status?: string; dependencies?: Record<string, string>; reasons?: Record<string, string> };

const patienceMs = 5_000;
const pauseMs = 100;
const answerMs = 2_000;

/**
 * Polls the `/readyz` of each base address until all are ready, for five seconds at most. Returns a line for each that
 * is not, with the reason.
 */
export async function unready(services: Record<string, string>, nowMs = () => performance.now()): Promise<string[]> {
  const until = nowMs() + patienceMs;
  for (;;) {
    const asked = Object.entries(services).map(async ([name, base]) => ({ name, why: await whyUnready(base) }));
    const lacking = (await Promise.all(asked)).filter(({ why }) => why !== undefined);
    if (lacking.length === 0 || nowMs() >= until) return lacking.map(({ name, why }) => `${name}: ${why}`);
    await sleep(pauseMs);
  }
}

/** Returns the reason why the service at `base` is not ready; undefined if it is. */
async function whyUnready(base: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${base}/readyz`, { signal: AbortSignal.timeout(answerMs) });
    if (response.ok) return undefined;
    const { dependencies = {}, reasons = {}, status } = (await response.json()) as Readiness;
    const away = Object.keys(dependencies).filter((name) => dependencies[name] !== 'ok');
    const told = away.map((name) => (reasons[name] ? `${name}: ${reasons[name]}` : `${name} is unavailable`));
    return told.join('; ') || `it is ${status}`;
  } catch {
    return 'it does not answer';
  }
}
