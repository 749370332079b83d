/** Work that pauses every fraction of a millisecond, so that other work gets its turn. */
export type Stepwise<T> = Generator<undefined, T, undefined>;

/** Small steps, such as a look at one event, that are done between two pauses. */
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
 * Runs pieces of work side by side, each a little at a time: a short piece does not wait for long ones, and no piece
 * holds up other requests.
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

  /** All work that comes within one turn of the event loop shares its time. */
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
