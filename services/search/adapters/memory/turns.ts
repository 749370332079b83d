/** Work that stops now and then, a fraction of a millisecond after it went on, so that others get their turn. */
export type Stepwise<T> = Generator<undefined, T, undefined>;

/** So many small steps, such as a look at one event, are done without a stop. */
export const stepsAtOnce = 2048;

export type TurnsOptions = {
  /** How long all work together may hold the thread in one turn of the event loop. */
  turnMs?: number;
  /** How long one piece of work goes on beside others. */
  shareMs?: number;
  now?: () => number;
  /** Calls back in the next turn of the event loop. */
  later?: (callback: () => void) => void;
};

/**
 * Does pieces of work side by side, each a little at a time: a short one is not held up by long ones, and no work holds up
 * the requests of others.
 */
export function createTurns(options: TurnsOptions = {}) {
  const {
    turnMs = 8,
    shareMs = 2,
    now = () => performance.now(),
    later = (callback) => setTimeout(callback, 0),
  } = options;
  const underWay: (() => boolean)[] = [];
  let turnEnds: number | undefined;
  let isAtWork = false;

  /** Resolves to what the work returns. It begins at once, if this turn has time left. */
  function run<T>(work: Stepwise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      underWay.push(() => {
        try {
          const shareEnds = now() + shareMs;
          for (;;) {
            const { done, value } = work.next();
            if (done) resolve(value);
            if (done) return true;
            if (now() >= shareEnds) return false;
          }
        } catch (error) {
          reject(error);
          return true;
        }
      });
      goOn();
    });
  }

  function goOn(): void {
    if (isAtWork) return;
    isAtWork = true;
    beginTurn();
    while (underWay.length > 0 && now() < turnEnds!) {
      const step = underWay.shift()!;
      if (!step()) underWay.push(step);
    }
    isAtWork = false;
  }

  /** All that comes within the same turn of the event loop shares its time. */
  function beginTurn(): void {
    if (turnEnds !== undefined) return;
    turnEnds = now() + turnMs;
    later(() => {
      turnEnds = undefined;
      if (underWay.length > 0) goOn();
    });
  }

  return { run };
}

export type Turns = ReturnType<typeof createTurns>;
