const patienceMs = 15_000;

/** Waits until `check` answers anything but undefined or false; throws what it last saw when it never does. */
export async function eventually<T>(check: () => Promise<T> | T): Promise<Exclude<T, undefined | false>> {
  const until = Date.now() + patienceMs;
  for (;;) {
    let seen: unknown;
    try {
      const result = await check();
      if (result !== undefined && result !== false) return result as Exclude<T, undefined | false>;
      seen = result;
    } catch (error) {
      seen = error;
    }
    if (Date.now() > until) throw seen instanceof Error ? seen : new Error(`never came true, last: ${seen}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
