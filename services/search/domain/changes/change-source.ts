/** A committed change of one row; `t` (truncate) of a table's all. `r` is a row of a snapshot. */
export type Change = {
  table: string;
  op: 'c' | 'u' | 'd' | 'r' | 't';
  /** The row after the change; before it (at least its key) for `d`; empty for `t`. */
  row: Record<string, unknown>;
  /** The row before an update, as far as it is known: its key if that changed, or all with REPLICA IDENTITY FULL. */
  before?: Record<string, unknown>;
  /** Where the change stands in the source, for people to find it again. */
  position: string;
  /** The trace of the transaction that made it, where that has told it (W3C Trace Context). */
  traceparent?: string;
  /** Why the source could not read the change, if it could not; its other fields then mean nothing. */
  unreadable?: string;
  /**
   * The message that brought it, as it came, where the source has messages; for the dead letters. `replays`: how often
   * it has been a dead letter before.
   */
  original?: { key: Uint8Array | null; value: Uint8Array | null; replays?: number };
};

export type ChangeHandlers = {
  /**
   * Called on every connection, before its first change, with all later changes already being kept for delivery.
   * `gap`: changes may have been missed, and all must be read anew. Called again when it throws, and until it once
   * resolved `gap` stays true, also across restarts.
   */
  onConnect(connection: { gap: boolean }): Promise<void>;
  /**
   * Gets at least one change. When it throws, the error is logged and the same changes come again. `until`, of a source
   * that knows transactions, resolves to all further changes that were committed up to a position; they come again in
   * later batches. It returns fewer, or none, where they are too many for one batch or don't come soon. `goesOn`: these
   * are of one transaction that is too large for a batch, and at least one more of its changes follows.
   */
  onBatch(changes: Change[], until?: (position: bigint) => Promise<Change[]>, goesOn?: boolean): Promise<void>;
  /**
   * Called now and then when all that was committed up to this position of the WAL has been handled, also when nothing
   * is to be handled: then a position is reached within about a second.
   */
  onReached?(position: bigint): void;
  /** Ends `run`, after a handler at work has returned. */
  signal: AbortSignal;
};

/** `waiting`: something failed, and a pause goes on until the next try. */
export type ChangeSourceState = 'stopped' | 'connecting' | 'following' | 'waiting';

/**
 * The changes that are written and not handled, as far as the source can tell: `bytes` of log, whatever is in them (0
 * before the first connection), and `changes` that wait for us. `seconds`: for how long, at least, a change has waited;
 * 0 when all that an earlier call saw is handled, so call it now and then.
 */
export type ChangeLag = { bytes?: number; changes?: number; seconds: number };

/**
 * Port: what changes in the events, venues, performers and event_performers tables.
 *
 * Changes of one row come in commit order, in batches, one batch at a time, and none of a transaction that was rolled
 * back. A query that starts when a change is delivered sees it. A position is acknowledged only after `onBatch`
 * resolved: every change is delivered at least once, whatever ends in between, and an acknowledged one not again.
 */
export type ChangeSource = {
  /** Follows until the signal aborts, through lost connections and restarts of the server; rejects only on misuse. */
  run(handlers: ChangeHandlers): Promise<void>;
  state(): ChangeSourceState;
  /** Throws `unavailable` while the server is away. */
  lag(): Promise<ChangeLag>;
};
