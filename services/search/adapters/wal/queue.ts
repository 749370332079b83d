import type { Change } from '../../domain/changes/change-source.ts';

/** A change, or the end of what came before: a commit, or a heartbeat; the server sends them in their order. */
export type Item = { kind: 'change'; change: Change; transaction: number } | { kind: 'commit'; end: bigint };

/** `confirmed` is where the last transaction that ends in this batch ended, if one does. */
export type Batch = { changes: Change[]; transactions: Set<number>; confirmed: bigint | undefined };

export type ChangeQueue = ReturnType<typeof createQueue>;

/** How long what is committed may take to come, without holding up what has come. */
const untilMs = 300;

/** Gathers changes into batches: whole transactions as long as they fit, a larger transaction in several. */
export function createQueue(maxBatch: number) {
  let items: Item[] = [];
  let changes = 0;
  let commits = 0;
  let closed = false;
  let inHand = false;
  let wakeTaker = () => {};
  let wakePutters = () => {};
  let room: Promise<void> | undefined;
  /** The end of what has come. */
  let newest = 0n;
  let onCommit = () => {};

  const count = (item: Item, by: 1 | -1) => {
    if (item.kind === 'change') changes += by;
    else commits += by;
  };

  /** Resolves when there is room for more; ignores what comes after the end. */
  function put(item: Item): Promise<void> | undefined {
    if (closed) return undefined;
    items.push(item);
    if (item.kind === 'commit' && item.end > newest) newest = item.end;
    count(item, 1);
    onCommit();
    if (isReady()) wakeTaker();
    if (changes < 2 * maxBatch) return undefined;
    room ??= new Promise((resolve) => {
      wakePutters = resolve;
    });
    return room;
  }

  /** Of a transaction that is too large at least one change is left for its last batch. */
  const isReady = () => commits > 0 || changes > maxBatch;

  /** The next batch, or undefined at the end; the one before it counts as handled. */
  async function take(): Promise<Batch | undefined> {
    inHand = false;
    while (!isReady() && !closed) {
      await new Promise<void>((resolve) => {
        wakeTaker = resolve;
      });
    }
    if (closed) return undefined;
    inHand = true;
    const taken = items.slice(0, batchEnd(items, maxBatch));
    items = items.slice(taken.length);
    for (const item of taken) count(item, -1);
    room = undefined;
    wakePutters();
    return toBatch(taken);
  }

  /**
   * Resolves to the changes that wait and were committed up to `position`, once all those have come; to none when they
   * are more than `most` or don't come soon. They go on waiting.
   */
  async function until(position: bigint, most: number): Promise<Change[]> {
    const isThere = () => newest >= position;
    if (!isThere() && !closed) {
      const arrival = Promise.withResolvers<void>();
      const timer = setTimeout(arrival.resolve, untilMs);
      onCommit = () => void ((isThere() || closed || changes > most) && arrival.resolve());
      await arrival.promise;
      clearTimeout(timer);
      onCommit = () => {};
    }
    if (!isThere() || closed) return [];
    const end = items.findIndex((item) => item.kind === 'commit' && item.end >= position);
    const found = items
      .slice(0, end < 0 ? items.length : end)
      .flatMap((one) => (one.kind === 'change' ? one.change : []));
    return found.length > most ? [] : found;
  }

  /** Forgets what is waiting; the server sends what was not confirmed again. */
  function close(): void {
    closed = true;
    onCommit();
    items = [];
    wakeTaker();
    wakePutters();
  }

  return { put, take, until, close, isIdle: () => items.length === 0 && !inHand };
}

/** How many items make the next batch: up to the last commit that fits, or else all that fit. */
function batchEnd(items: Item[], maxBatch: number): number {
  let changes = 0;
  let end = 0;
  for (const [at, item] of items.entries()) {
    if (item.kind === 'commit') end = at + 1;
    else if (++changes > maxBatch) return end || at;
  }
  return end || items.length;
}

function toBatch(items: Item[]): Batch {
  const batch: Batch = { changes: [], transactions: new Set(), confirmed: undefined };
  for (const item of items) {
    if (item.kind === 'commit') batch.confirmed = item.end;
    else {
      batch.changes.push(item.change);
      batch.transactions.add(item.transaction);
    }
  }
  return batch;
}
