import { LRUCache } from 'lru-cache';
import type postgres from 'postgres';
import { unavailable } from '../errors.ts';

/**
 * Does work that may wait for locked rows, on at most a share of the pool's connections for each key (such as an
 * event): the rest queues without a connection, and so does not hold up other keys. Work that is still queued at the
 * pool's deadline is not begun, and throws `unavailable`. No other statement is pipelined behind those that `work`
 * sends by `sql`.
 */
export type Share = <T>(key: string, work: (sql: postgres.Sql) => PromiseLike<T>) => Promise<T>;

export type ShareOptions = {
  /** The number of connections of the pool. */
  max: number;
  /** 0 means none. */
  deadlineMs: number;
  nowMs: () => number;
};

/** As a part of the deadline: work that takes longer counts as waiting for locked rows. */
const slowPart = 1 / 3;
/** In deadlines: how long a key counts as slow. */
const memory = 4;
const remembered = 1000;

/**
 * The maximum of connections per key: a slow key has a third, and all slow keys together a half; a quick key leaves as
 * many to others; and all keys together leave one to work without a key.
 */
function sizes(max: number) {
  const third = Math.max(1, Math.floor(max / 3));
  const inAll = max > 2 ? max - 1 : max;
  return { third, half: Math.max(1, Math.floor(max / 2)), inAll, quick: Math.max(third, inAll - third) };
}

type Waiting = { due: number; begin(): void; refuse(error: Error): void };

/** Returns the `share` of a pool. */
export function shares(sql: postgres.Sql, { max, deadlineMs, nowMs }: ShareOptions): Share {
  const { third, half, inAll, quick } = sizes(max);
  const slowMs = deadlineMs * slowPart || Number.POSITIVE_INFINITY;
  /** The start times of each key's work under way, the oldest first. */
  const underWay = new Map<string, number[]>();
  const lines = new Map<string, Waiting[]>();
  /** A key starts with one connection, and gets one more for each work that ends soon, until it is idle. */
  const earned = new Map<string, number>();
  const slow = new LRUCache<string, true>({
    max: remembered,
    ttl: Math.max(1, deadlineMs * memory),
    ttlResolution: 0,
    perf: { now: nowMs },
  });
  const own = alone(sql);
  let all = 0;

  function isSlow(key: string): boolean {
    const oldest = underWay.get(key)?.[0];
    return slow.has(key) || (oldest !== undefined && nowMs() - oldest >= slowMs);
  }

  /** Returns how many connections the slow keys have together. */
  function ofSlow(): number {
    let found = 0;
    for (const [key, begun] of underWay) if (isSlow(key)) found += begun.length;
    return found;
  }

  /**
   * Only the first connection of a key may be of the last third: it is for new keys, any of which may turn out slow.
   */
  function hasRoom(key: string): boolean {
    if (all >= inAll) return false;
    const own = underWay.get(key)?.length ?? 0;
    if (isSlow(key)) return own < third && ofSlow() < half;
    return own === 0 || (all < quick && own < (earned.get(key) ?? 1));
  }

  function enter(key: string): number {
    const now = nowMs();
    const begun = underWay.get(key);
    if (begun) begun.push(now);
    else underWay.set(key, [now]);
    all++;
    return now;
  }

  function leave(key: string, begunMs: number): void {
    if (nowMs() - begunMs >= slowMs) slow.set(key, true);
    else earned.set(key, Math.min(quick, (earned.get(key) ?? 1) + 1));
    const begun = underWay.get(key)!;
    if (begun.length === 1) underWay.delete(key);
    else begun.splice(begun.indexOf(begunMs), 1);
    all--;
    while (lines.size > 0 && beginOne());
    forgetIdle(key);
  }

  function forgetIdle(key: string): void {
    if (!underWay.has(key) && !lines.has(key)) earned.delete(key);
  }

  /** Starts queued work, if a key has room. Keys take turns, so that none waits for the whole queue of another. */
  function beginOne(): boolean {
    for (const [key, line] of lines) {
      if (!hasRoom(key)) continue;
      const next = firstInTime(line);
      lines.delete(key);
      if (line.length > 0) lines.set(key, line);
      if (!next) {
        forgetIdle(key);
        continue;
      }
      next.begin();
      return true;
    }
    return false;
  }

  /** Takes the first queued work within its deadline, and refuses those before it. */
  function firstInTime(line: Waiting[]): Waiting | undefined {
    for (let one = line.shift(); one; one = line.shift()) {
      if (nowMs() < one.due) return one;
      one.refuse(unavailable('PostgreSQL', new Error('others of the same event took too long')));
    }
    return undefined;
  }

  function turn(key: string): Promise<number> {
    const due = deadlineMs === 0 ? Number.POSITIVE_INFINITY : nowMs() + deadlineMs;
    return new Promise((resolve, refuse) => {
      const one = { due, begin: () => resolve(enter(key)), refuse };
      const line = lines.get(key);
      if (line) line.push(one);
      else lines.set(key, [one]);
    });
  }

  return async (key, work) => {
    const begunMs = !lines.has(key) && hasRoom(key) ? enter(key) : await turn(key);
    try {
      return await work(own);
    } finally {
      leave(key, begunMs);
    }
  };
}

/**
 * The same client, whose statements have their connection to themselves: otherwise the driver pipelines the next ones
 * behind them, where they would wait for the same rows.
 */
function alone(sql: postgres.Sql): postgres.Sql {
  return new Proxy(sql, {
    apply(target, self, args) {
      const query = Reflect.apply(target, self, args);
      const options: { onexecute?: () => boolean } | undefined = query?.options;
      if (options) options.onexecute = () => false;
      return query;
    },
  });
}
