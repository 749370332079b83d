import { AppError } from '../../../../shared/errors.ts';

export type GateOptions = {
  /** Most pieces of work under way at a time. */
  atOnce: number;
  /** Most pieces that wait for their turn; the next is refused. */
  maxWaiting: number;
  /** The longest wait for a turn: after it the caller is about to give up. */
  patienceMs: number;
  /** Calls back after a while, unless the function that it returns is called before. */
  after?: (ms: number, callback: () => void) => () => void;
};

/**
 * Limits the work under way, so that a crowd of callers waits or is refused, and the process goes on. Throws
 * `unavailable` for work that there is no room for, and for work that has waited too long.
 */
export function createGate({ atOnce, maxWaiting, patienceMs, after = afterTimeout }: GateOptions) {
  const waiting = new Set<() => void>();
  let underWay = 0;

  async function run<T>(work: () => Promise<T>): Promise<T> {
    if (underWay >= atOnce) await turn();
    else underWay++;
    try {
      return await work();
    } finally {
      leave();
    }
  }

  function turn(): Promise<void> {
    if (waiting.size >= maxWaiting) throw tooMany();
    return new Promise((resolve, reject) => {
      const cancel = after(patienceMs, () => {
        waiting.delete(enter);
        reject(tooMany());
      });
      const enter = () => {
        waiting.delete(enter);
        cancel();
        resolve();
      };
      waiting.add(enter);
    });
  }

  /** The one that has waited longest takes the place. */
  function leave(): void {
    const [next] = waiting;
    if (next) next();
    else underWay--;
  }

  return { run };
}

const tooMany = () =>
  new AppError('unavailable', 'Too many searches are under way; repeat this one in a moment', {
    cause: new Error('too many searches at once'),
  });

function afterTimeout(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}
