/** A sequential object, defined by its states (as texts). Several next states are an invisible choice. */
export type Spec<Op> = {
  initial: string;
  /** Returns the possible states after `op`, done in `state` with its outcome; none: not possible. */
  step(state: string, op: Op): string[];
  /** True of an operation that leaves every state as it is; such are placed as soon as they can be. */
  isRead?(op: Op): boolean;
  /** Returns the states into which it may pass by itself. */
  drift?(state: string): string[];
};

/** An operation with the instants of its request and its response, by one clock. */
export type Timed<Op> = {
  op: Op;
  from: number;
  /** Infinity without a response. */
  to: number;
  /** It may have taken effect between the two, or not at all. */
  isOptional?: boolean;
};

/**
 * The fault: the first operation without a possible place, the possible states before it, and the concurrent
 * operations.
 */
export type Violation<Op> = { at: Timed<Op>; states: string[]; open: Timed<Op>[] };

/**
 * `mustBe` and `mayBe` are sets of open operations that were done already, a bit each: the obliged, and the optional.
 */
type Config = { state: string; mustBe: bigint; mayBe: bigint };

export type Verdict<Op> = { violation: Violation<Op> | undefined; configs: number };

/**
 * Checks whether each operation can be given an instant between its request and its response so that, one after the
 * other, the object explains them all (Herlihy and Wing, 1990). The search is Wing and Gong's, just in time (Lowe,
 * 2017): an operation is placed no earlier than some response needs it, and only distinguishable states are remembered.
 */
export function check<Op>(
  { initial, step, isRead = () => false, drift = () => [] }: Spec<Op>,
  history: Timed<Op>[],
): Verdict<Op> {
  const open = new Map<bigint, Timed<Op>>();
  const bits = freeBits();
  let configs = new Configs();
  let seen = 0;
  add(configs, { state: initial, mustBe: 0n, mayBe: 0n }, []);

  for (const { timed, isEnd } of eventsOf(history)) {
    if (!isEnd) {
      open.set(bits.take(timed), timed);
      continue;
    }
    const bit = bits.of(timed);
    const next = placed(bit, timed.isOptional === true);
    if (next.size === 0) {
      const states = [...new Set([...configs.all()].map(({ state }) => state))];
      return {
        violation: { at: timed, states, open: [...open.values()].filter((one) => one !== timed) },
        configs: seen,
      };
    }
    configs = next;
    open.delete(bit);
    bits.giveBack(timed);
  }
  return { violation: undefined, configs: seen };

  /** Returns every way to place the operation by now, after other open ones if needed. */
  function placed(bit: bigint, isOptional: boolean): Configs {
    const [found, visited] = [new Configs(), new Configs()];
    const queue: Config[] = [];
    for (const config of configs.all()) {
      add(visited, config, queue);
      if (isOptional) found.add({ ...config, mayBe: config.mayBe & ~bit });
    }
    for (let config = queue.pop(); config; config = queue.pop()) {
      if ((config.mustBe | config.mayBe) & bit) {
        found.add({ ...config, mustBe: config.mustBe & ~bit, mayBe: config.mayBe & ~bit });
        continue;
      }
      for (const [other, timed] of open) {
        if ((config.mustBe | config.mayBe) & other) continue;
        for (const state of step(config.state, timed.op)) {
          if (!timed.isOptional) add(visited, { ...config, state, mustBe: config.mustBe | other }, queue);
          else if (state !== config.state) add(visited, { ...config, state, mayBe: config.mayBe | other }, queue);
        }
      }
    }
    return found;
  }

  /** Adds new states, with those into which they may pass; matching reads are placed at once. */
  function add(to: Configs, { state, mustBe, mayBe }: Config, queue: Config[]): void {
    let done = mustBe;
    for (const [bit, timed] of open) {
      if (!timed.isOptional && isRead(timed.op) && step(state, timed.op).length > 0) done |= bit;
    }
    const config = { state, mustBe: done, mayBe };
    if (!to.add(config)) return;
    seen++;
    queue.push(config);
    for (const other of drift(state)) add(to, { ...config, state: other }, queue);
  }
}

/** Keeps of several that differ only in what optional operations they have used up the ones with the fewest. */
class Configs {
  readonly #byKey = new Map<string, Config[]>();

  get size(): number {
    return this.#byKey.size;
  }

  *all(): Iterable<Config> {
    for (const list of this.#byKey.values()) yield* list;
  }

  /** False when there is one as good. */
  add(config: Config): boolean {
    const key = `${config.mustBe} ${config.state}`;
    const list = this.#byKey.get(key) ?? [];
    if (list.some(({ mayBe }) => (mayBe & config.mayBe) === mayBe)) return false;
    this.#byKey.set(key, [...list.filter(({ mayBe }) => (mayBe & config.mayBe) !== config.mayBe), config]);
    return true;
  }
}

/** In order of time; a request at the instant of a response is concurrent with it. */
function eventsOf<Op>(history: Timed<Op>[]): { timed: Timed<Op>; isEnd: boolean }[] {
  const begins = history.map((timed) => ({ timed, isEnd: false, at: timed.from }));
  const ends = history
    .filter(({ to }) => to !== Number.POSITIVE_INFINITY)
    .map((timed) => ({ timed, isEnd: true, at: timed.to }));
  return [...begins, ...ends].sort((a, b) => a.at - b.at || Number(a.isEnd) - Number(b.isEnd));
}

/** A bit for each open operation; one that has ended leaves its bit to another. */
function freeBits() {
  const taken = new Map<object, bigint>();
  const free: bigint[] = [];
  let next = 1n;
  return {
    take(key: object): bigint {
      let bit = free.pop();
      if (bit === undefined) {
        bit = next;
        next <<= 1n;
      }
      taken.set(key, bit);
      return bit;
    },
    of: (key: object): bigint => taken.get(key)!,
    giveBack(key: object): void {
      free.push(taken.get(key)!);
      taken.delete(key);
    },
  };
}
