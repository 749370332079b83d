/** Shows the current step and how long each took. */
export function steps(write: (text: string) => void, now: () => number = () => performance.now()) {
  const began = now();
  return {
    async step<T>(title: string, work: () => Promise<T>, note: (result: T) => string = () => ''): Promise<T> {
      const started = now();
      const result = await work();
      const extra = note(result);
      write(`  ${title.padEnd(12)} ${seconds(now() - started)}${extra ? `  ${extra}` : ''}\n`);
      return result;
    },
    total: () => seconds(now() - began),
  };
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(2).padStart(6)} s`;
