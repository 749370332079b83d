/** Work has taken longer than it may. */
export class LateError extends Error {
  override name = 'LateError';
}

/** Resolves as `work` does; rejects with `LateError` when it takes longer than `ms`, and then calls `onLate`. */
export async function withTimeout<T>(work: () => T | Promise<T>, ms: number, onLate = () => {}): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new LateError(`no answer in ${ms} ms`));
        onLate();
      }, ms);
    });
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
