import type postgres from 'postgres';
import { isAppError, unavailable } from '../errors.ts';
import { currentSpan, outsideTrace, type Span, sharedSpan } from '../tracing/span.ts';
import type { Share } from './share.ts';

/**
 * Gathers the work of many callers in one statement: items that arrive while a statement of the same key (such as an
 * event) is under way go into the next one, so that a rush costs a few large statements and not thousands of small
 * ones. A single caller does not wait. `work` is one transaction and returns a result per item, in their order; when it
 * fails, unless the server is away, each item is tried by itself, so that none fails because of another. An item that
 * has waited until the pool's deadline is not begun, and throws `unavailable`.
 */
export type Gathered = <I, O>(
  work: (sql: postgres.Sql, items: I[], key: string) => Promise<O[]>,
  options?: GatheredOptions<I>,
) => (key: string, item: I) => Promise<O>;

export type GatheredOptions<I> = {
  /** Names that two items of one statement may not share: the later item goes into a later statement. */
  namesOf?: (item: I) => string[];
  /** The kind of an item: all items of one statement are of one kind. */
  kindOf?: (item: I) => string;
  /** The maximum of items per statement. */
  most?: number;
};

type Deps = {
  run<T>(work: () => PromiseLike<T>): Promise<T>;
  wait<T>(work: () => PromiseLike<T>): Promise<T>;
  share: Share;
  /** 0 means none. */
  deadlineMs: number;
  nowMs: () => number;
};

/** `span` is that of the item's caller, if it is traced. */
type Waiting<I, O> = {
  item: I;
  due: number;
  span: Span | undefined;
  resolve(result: O): void;
  reject(error: unknown): void;
};

/** Returns the `gathered` of a pool. */
export function gathering({ run, wait, share, deadlineMs, nowMs }: Deps): Gathered {
  return <I, O>(
    work: (sql: postgres.Sql, items: I[], key: string) => Promise<O[]>,
    { namesOf = () => [], kindOf = () => '', most = 100 }: GatheredOptions<I> = {},
  ) => {
    /** The next items of each key whose work is under way. */
    const lines = new Map<string, Waiting<I, O>[]>();

    async function workOff(key: string, line: Waiting<I, O>[]): Promise<void> {
      // Items of the same turn of the event loop go together.
      await Promise.resolve();
      while (line.length > 0) await doAll(key, takeNext(line));
      lines.delete(key);
    }

    function takeNext(line: Waiting<I, O>[]): Waiting<I, O>[] {
      const [now, taken, left] = [nowMs(), [] as Waiting<I, O>[], [] as Waiting<I, O>[]];
      const names = new Set<string>();
      for (const one of line.splice(0)) {
        if (now >= one.due) {
          one.reject(unavailable('PostgreSQL', new Error('what was asked for before took too long')));
          continue;
        }
        const its = namesOf(one.item);
        const kind = taken.length === 0 ? undefined : kindOf(taken[0]!.item);
        const isOfKind = kind === undefined || kind === kindOf(one.item);
        const isNext = isOfKind && taken.length < most && !its.some((name) => names.has(name));
        (isNext ? taken : left).push(one);
        // Nor may an item overtake another one with a common name.
        for (const name of its) names.add(name);
      }
      line.push(...left);
      return taken;
    }

    async function doAll(key: string, batch: Waiting<I, O>[]): Promise<void> {
      if (batch.length === 0) return;
      const items = batch.map(({ item }) => item);
      try {
        const callers = batch.map(({ span }) => span);
        const results = await sharedSpan('gathered statement', callers, () =>
          run(() => share(key, (sql) => work(sql, items, key))),
        );
        for (const [i, { resolve }] of batch.entries()) resolve(results[i]!);
      } catch (error) {
        if (batch.length > 1 && !isAppError(error, 'unavailable')) {
          for (const one of batch) await doAll(key, [one]);
        } else for (const { reject } of batch) reject(error);
      }
    }

    return (key: string, item: I): Promise<O> =>
      wait(
        () =>
          new Promise<O>((resolve, reject) => {
            const due = deadlineMs === 0 ? Number.POSITIVE_INFINITY : nowMs() + deadlineMs;
            const line = lines.get(key);
            const waiting = { item, due, span: currentSpan(), resolve, reject };
            if (line) return void line.push(waiting);
            const first = [waiting];
            lines.set(key, first);
            void outsideTrace(() => workOff(key, first));
          }),
      );
  };
}
