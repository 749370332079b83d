import { createBackoff } from '../../../../shared/async/backoff.ts';
import { type Clock, sleep as realSleep, systemClock } from '../../../../shared/async/clock.ts';
import type { PostgresConfig } from '../../../../shared/config/config.ts';
import type { Db } from '../../../../shared/db/client.ts';
import { untilVisible } from '../../../../shared/db/visibility.ts';
import { unavailable } from '../../../../shared/errors.ts';
import type { Logger } from '../../../../shared/process/log.ts';
import type {
  Change,
  ChangeHandlers,
  ChangeLag,
  ChangeSource,
  ChangeSourceState,
} from '../../domain/changes/change-source.ts';
import { openReplication, type Replication } from './connection.ts';
import { createReader } from './messages.ts';
import { type Batch, type ChangeQueue, createQueue, type Item } from './queue.ts';
import { replicationClient } from './replication-client.ts';
import { ensureSlot, markFollowed, serverId, walPosition } from './slot.ts';
import { whyNotFollowing } from './trouble.ts';

export type WalOptions = {
  db: Db;
  config: PostgresConfig;
  /** One for each index that is kept by changes: a slot has one reader. */
  slot: string;
  log: Logger;
  publication?: string;
  /** Most changes in one batch; twice as many wait at most before the server is made to wait. */
  maxBatch?: number;
  /** A connection that says nothing for longer is given up. */
  silenceMs?: number;
  clock?: Clock;
  sleep?: typeof realSleep;
};

export type WalChangeSource = ChangeSource & {
  /** Throws `unavailable`, or `Unfit` with a reason, from a failure on until changes are followed again. */
  expectFollowing(): Promise<void>;
};

/** Changes from the write-ahead log, through a permanent logical replication slot, which it makes if it is missing. */
export function walChangeSource(options: WalOptions): WalChangeSource {
  const { db, config, slot, log, publication = 'onsale_search', maxBatch = 10_000 } = options;
  const { clock = systemClock, sleep = realSleep } = options;
  let state: ChangeSourceState = 'stopped';
  let handled = 0n;
  /** The server whose log `handled` is a position of. */
  let server: string | undefined;
  let trouble: unknown;
  /** Positions that were the server's newest at earlier looks, oldest first; those handled are dropped. */
  const seen: { position: bigint; atMs: number }[] = [];
  const backoff = createBackoff();

  async function run(handlers: ChangeHandlers): Promise<void> {
    if (state !== 'stopped') throw new Error('the change source is running already');
    while (!handlers.signal.aborted) {
      state = 'connecting';
      await follow(handlers).catch(async (error) => {
        if (handlers.signal.aborted) return;
        state = 'waiting';
        trouble = error;
        log.warn({ err: error, slot }, 'change source: connecting again for what is not handled');
        await sleep(backoff.next(), handlers.signal);
      });
    }
    state = 'stopped';
  }

  /** One connection, from the slot's position to its end. */
  async function follow(handlers: ChangeHandlers): Promise<void> {
    const found = await ensureSlot(db, config, slot, { handled, server });
    handled = found.gap || found.confirmed > handled ? found.confirmed : handled;
    server = found.server;
    if (found.gap) seen.length = 0;
    await handlers.onConnect({ gap: found.gap });
    if (found.gap) await markFollowed(db, slot, found.server);
    const client = await replicationClient(db, config);
    if (handlers.signal.aborted) return;

    const queue = createQueue(maxBatch);
    const replication = open(queue, client, handlers);
    const stop = () => queue.close();
    handlers.signal.addEventListener('abort', stop, { once: true });
    replication.ended.catch(stop);
    try {
      await Promise.race([replication.started, replication.ended]);
      state = 'following';
      trouble = undefined;
      await deliverAll(queue, replication, handlers);
      if (!handlers.signal.aborted) await replication.ended;
    } finally {
      handlers.signal.removeEventListener('abort', stop);
      queue.close();
      await replication.close();
    }
  }

  function open(queue: ChangeQueue, client: Record<string, unknown>, handlers: ChangeHandlers): Replication {
    const reader = createReader();
    const replication = openReplication({
      client,
      slot,
      publication,
      from: handled,
      silenceMs: options.silenceMs,
      onIdentified({ system, timeline, end }) {
        // A position beyond the end would be taken for handled when the log gets there.
        if (serverId(system, timeline) === server && handled <= end) return;
        throw new Error('the address leads to another server than a moment ago');
      },
      onMessage: (lsn, message) => putAll(queue, reader.read(lsn, message)),
      onCaughtUp(position) {
        if (!reader.isBetweenTransactions()) return;
        // Other tables are written too: without this the slot would hold their WAL until one of ours changes.
        if (queue.isIdle()) acknowledge(position, replication, handlers);
        else queue.put({ kind: 'commit', end: position });
      },
    });
    return replication;
  }

  /**
   * A batch that fails ends the connection, and the server sends it again: while the handler needs a database that is
   * shutting down, a connection kept open would hold that shutdown up, for the server first waits for our confirmation.
   */
  async function deliverAll(queue: ChangeQueue, replication: Replication, handlers: ChangeHandlers): Promise<void> {
    for (let batch = await queue.take(); batch; batch = await queue.take()) {
      await deliver(batch, handlers, (position) => queue.until(position, maxBatch - batch.changes.length));
      if (batch.confirmed !== undefined) acknowledge(batch.confirmed, replication, handlers);
    }
  }

  async function deliver(batch: Batch, { onBatch }: ChangeHandlers, until: Until): Promise<void> {
    const { changes, transactions, confirmed } = batch;
    if (changes.length === 0) return;
    await untilVisible(db, transactions);
    // Of a transaction that is too large the rest is too much, too.
    if (confirmed === undefined) await onBatch(changes, undefined, true);
    else await onBatch(changes, until);
  }

  function acknowledge(position: bigint, replication: Replication, { onReached }: ChangeHandlers): void {
    backoff.reset();
    if (position > handled) {
      handled = position;
      replication.confirm(position);
    }
    onReached?.(handled);
  }

  async function lag(): Promise<ChangeLag> {
    const known = handled;
    const position = await walPosition(db);
    if (position < known) throw unavailable('PostgreSQL', new Error('its log ends before what is handled'));
    const atMs = clock.now();
    while (seen[0] && seen[0].position <= handled) seen.shift();
    const seconds = seen[0] ? (atMs - seen[0].atMs) / 1000 : 0;
    if (seen.length < 1000) seen.push({ position, atMs });
    const isKnown = handled > 0n && position > handled;
    return { bytes: isKnown ? Number(position - handled) : 0, seconds };
  }

  async function expectFollowing(): Promise<void> {
    if (trouble !== undefined) throw whyNotFollowing(trouble);
  }

  return { run, state: () => state, lag, expectFollowing };
}

type Until = (position: bigint) => Promise<Change[]>;

function putAll(queue: ChangeQueue, items: Item[]): Promise<void> | undefined {
  let room: Promise<void> | undefined;
  for (const item of items) room = queue.put(item) ?? room;
  return room;
}
