/**
 * Waits until `check` neither throws nor returns false, and returns its result; after a timeout throws its last
 * failure.
 */
export async function eventually<T>(check: () => Promise<T> | T, patienceMs = 15_000): Promise<Exclude<T, false>> {
  const until = Date.now() + patienceMs;
  for (;;) {
    let failure: unknown;
    try {
      const result = await check();
      if (result !== false) return result as Exclude<T, false>;
      failure = new Error(`still not so: ${check}`);
    } catch (error) {
      failure = error;
    }
    if (Date.now() > until) throw failure;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
