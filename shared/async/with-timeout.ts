/** Resolves as `work` does; rejects when it takes longer than `ms`. */
export async function withTimeout<T>(work: () => T | Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer in ${ms} ms`)), ms);
    });
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
