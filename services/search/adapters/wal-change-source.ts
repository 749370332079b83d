import { type Clock, sleep as realSleep, systemClock } from '../../../shared/clock.ts';
import type { PostgresConfig } from '../../../shared/config.ts';
import type { Db } from '../../../shared/db/client.ts';
import type { Logger } from '../../../shared/log.ts';
import type { ChangeHandlers, ChangeSource, ChangeSourceState } from '../domain/change-source.ts';
import { createBackoff } from './wal/backoff.ts';
import { openReplication, type Replication } from './wal/connection.ts';
import { createReader } from './wal/messages.ts';
import { type Batch, type ChangeQueue, createQueue, type Item } from './wal/queue.ts';
import { ensureSlot, markFollowed, unacknowledgedBytes } from './wal/slot.ts';
import { replicationClient } from './wal/tls.ts';
import { untilVisible } from './wal/visibility.ts';

export type WalOptions = {
  db: Db;
  config: PostgresConfig;
  /** One for each index that is kept by changes: a slot has one reader. */
  slot: string;
  log: Logger;
  publication?: string;
  /** Most changes in one batch; twice as many wait at most before the server is made to wait. */
  maxBatch?: number;
  clock?: Clock;
  sleep?: typeof realSleep;
};

/** Changes from the write-ahead log, through a permanent logical replication slot, which it makes if it is missing. */
export function walChangeSource(options: WalOptions): ChangeSource {
  const { db, config, slot, log, publication = 'onsale_search', maxBatch = 1000 } = options;
  const { clock = systemClock, sleep = realSleep } = options;
  let state: ChangeSourceState = 'stopped';
  let handled = 0n;
  let caughtUpMs = clock.now();

  async function run(handlers: ChangeHandlers): Promise<void> {
    if (state !== 'stopped') throw new Error('the change source is running already');
    const backoff = createBackoff();
    caughtUpMs = clock.now();
    while (!handlers.signal.aborted) {
      state = 'connecting';
      await follow(handlers, backoff.reset).catch(async (error) => {
        if (handlers.signal.aborted) return;
        state = 'waiting';
        log.warn({ err: error, slot }, 'change source: connecting again');
        await sleep(backoff.next(), handlers.signal);
      });
    }
    state = 'stopped';
  }

  /** One connection, from the slot's position to its end. */
  async function follow(handlers: ChangeHandlers, onStarted: () => void): Promise<void> {
    const found = await ensureSlot(db, slot);
    handled = found.gap || found.confirmed > handled ? found.confirmed : handled;
    await handlers.onConnect({ gap: found.gap });
    if (found.gap) await markFollowed(db, slot);
    if (handlers.signal.aborted) return;

    const queue = createQueue(maxBatch);
    const replication = open(queue, await replicationClient(db, config));
    const stop = () => queue.close();
    handlers.signal.addEventListener('abort', stop, { once: true });
    replication.ended.catch(stop);
    try {
      await Promise.race([replication.started, replication.ended]);
      state = 'following';
      onStarted();
      await deliverAll(queue, replication, handlers);
      if (!handlers.signal.aborted) await replication.ended;
    } finally {
      handlers.signal.removeEventListener('abort', stop);
      queue.close();
      await replication.close();
    }
  }

  function open(queue: ChangeQueue, client: Record<string, unknown>): Replication {
    const reader = createReader();
    const replication = openReplication({
      client,
      slot,
      publication,
      from: handled,
      onMessage: (lsn, message) => putAll(queue, reader.read(lsn, message)),
      onCaughtUp(position) {
        if (!queue.isIdle() || !reader.isBetweenTransactions()) return;
        caughtUpMs = clock.now();
        // Other tables are written too: without this the slot would hold their WAL until one of ours changes.
        acknowledge(position, replication);
      },
    });
    return replication;
  }

  async function deliverAll(queue: ChangeQueue, replication: Replication, handlers: ChangeHandlers): Promise<void> {
    for (let batch = await queue.take(); batch; batch = await queue.take()) {
      if (!(await deliver(batch, handlers))) return;
      if (batch.confirmed !== undefined) acknowledge(batch.confirmed, replication);
    }
  }

  /** Tries until the batch is handled; false when the signal came first. */
  async function deliver({ changes, transactions }: Batch, { onBatch, signal }: ChangeHandlers): Promise<boolean> {
    if (changes.length === 0) return true;
    const backoff = createBackoff();
    while (!signal.aborted) {
      try {
        await untilVisible(db, transactions);
        await onBatch(changes);
        state = 'following';
        return true;
      } catch (error) {
        state = 'waiting';
        log.warn({ err: error, slot, changes: changes.length }, 'change source: the same changes will come again');
        await sleep(backoff.next(), signal);
      }
    }
    return false;
  }

  function acknowledge(position: bigint, replication: Replication): void {
    if (position <= handled) return;
    handled = position;
    replication.confirm(position);
  }

  return {
    run,
    state: () => state,
    lag: async () => ({
      bytes: await unacknowledgedBytes(db, slot),
      seconds: Math.max(0, clock.now() - caughtUpMs - pingSlackMs) / 1000,
    }),
  };
}

/** The server is asked every second whether there is more; until it is overdue, its last answer holds. */
const pingSlackMs = 2000;

function putAll(queue: ChangeQueue, items: Item[]): Promise<void> | undefined {
  let room: Promise<void> | undefined;
  for (const item of items) room = queue.put(item) ?? room;
  return room;
}
