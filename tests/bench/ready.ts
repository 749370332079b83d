import { sleep } from '../../shared/async/clock.ts';

/** Waits until a service is ready. */
export async function ready(port: number, patienceMs = 120_000): Promise<void> {
  const until = performance.now() + patienceMs;
  while (performance.now() < until) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok) return;
    await sleep(20);
  }
  throw new Error(`The service on port ${port} did not get ready`);
}
