import { LRUCache } from 'lru-cache';
import type postgres from 'postgres';
import { unavailable } from '../errors.ts';

/**
 * Does work that may have to wait for somebody else's rows, on no more than a share of the pool's connections for each key
 * (such as an event): the rest waits in line without a connection, and so does not keep other keys waiting. What is still in
 * line at the pool's deadline is not begun, and throws `unavailable`. Nobody is sent behind what `work` sends by its `sql`.
 */
export type Share = <T>(key: string, work: (sql: postgres.Sql) => PromiseLike<T>) => Promise<T>;

export type ShareOptions = {
  /** Connections of the pool. */
  max: number;
  /** 0 is none. */
  deadlineMs: number;
  nowMs: () => number;
};

/** By part of the deadline: work that takes longer waits for somebody. */
const slowPart = 1 / 3;
/** By deadlines: how long a key is remembered as one whose work waits. */
const memory = 4;
const remembered = 1000;

/**
 * How many connections keys have at most: one whose work takes long a third, and all such keys together a half; one whose work
 * is quick what leaves as many to others; and all keys together what leaves one to who waits for nobody.
 */
function sizes(max: number) {
  const third = Math.max(1, Math.floor(max / 3));
  const inAll = max > 2 ? max - 1 : max;
  return { third, half: Math.max(1, Math.floor(max / 2)), inAll, quick: Math.max(third, inAll - third) };
}

type Waiting = { due: number; begin(): void; refuse(error: Error): void };

/** Makes the shares of a pool. */
export function shares(sql: postgres.Sql, { max, deadlineMs, nowMs }: ShareOptions): Share {
  const { third, half, inAll, quick } = sizes(max);
  const slowMs = deadlineMs * slowPart || Number.POSITIVE_INFINITY;
  /** When each key's work under way was begun, the oldest first. */
  const underWay = new Map<string, number[]>();
  const lines = new Map<string, Waiting[]>();
  /** A key begins with one connection, and has one more for each work that ends soon, until it has nothing to do. */
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

  /** How many connections the slow keys have together. */
  function ofSlow(): number {
    let found = 0;
    for (const [key, begun] of underWay) if (isSlow(key)) found += begun.length;
    return found;
  }

  /** Only the first connection of a key may be of the last third: others may come, and nobody knows yet who will wait. */
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

  /** Begins one of those in line, if one has room. Keys take turns, so that none waits for the whole line of another. */
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

  /** Takes the first in line that has not come to its deadline, and refuses those before it. */
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
 * The same client, whose statements have their connection for themselves until they are answered: the driver sends the next
 * ones behind those that are under way, where they would wait for the same rows.
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
