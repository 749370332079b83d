import { Socket } from 'node:net';
import { LogicalReplicationService, type Pgoutput, PgoutputPlugin } from 'pg-logical-replication';
import { tracingIsOn } from '../../../../shared/tracing/span.ts';
import { formatLsn, parseLsn } from './lsn.ts';

export type ReplicationOptions = {
  /** The options of the `pg` driver. */
  client: Record<string, unknown>;
  slot: string;
  publication: string;
  /** Everything before it is handled. */
  from: bigint;
  /** Called before anything is followed, on the same connection; an error that it throws ends the connection. */
  onIdentified(server: Identity): void;
  /** Called in the server's order; while the promise that it returns is pending, the server is made to wait. */
  onMessage(lsn: string, message: Pgoutput.Message): Promise<void> | undefined;
  /** The server has sent everything before `position`, and every message before it has come. */
  onCaughtUp(position: bigint): void;
  /** A server that says nothing for longer has gone; it responds to a ping in milliseconds. */
  silenceMs?: number | undefined;
};

/** Which server has taken the connection, and where its log ends. */
export type Identity = { system: string; timeline: number; end: bigint };

export type Replication = {
  /** Resolves once the server sends. */
  started: Promise<void>;
  /** Rejects with the reason when the connection ends, unless it was closed. */
  ended: Promise<never>;
  /** Tells the server that everything before `position` is handled. */
  confirm(position: bigint): void;
  /** Ends the connection for good, after the server has taken the last position confirmed (or a second). */
  close(): Promise<void>;
};

/** Also how long a write may wait to be known as handled where nothing of ours follows it. */
const pingEveryMs = 250;
const closeTimeoutMs = 1000;

/**
 * One replication connection; it ends with its first error.
 *
 * The library's own acknowledgements stay off: `acknowledge()` adds 1 to what it is given, which skips a commit that
 * starts exactly there, and its timer confirms what was received, not what was handled.
 */
export function openReplication(options: ReplicationOptions): Replication {
  const { silenceMs = 5000 } = options;
  const plugin = new CountingPlugin({
    protoVersion: 1,
    publicationNames: [options.publication],
    messages: tracingIsOn(),
  });
  plugin.onUnreadable = fail;
  plugin.onIdentified = options.onIdentified;
  // Made here, to destroy it: the driver waits without end for a hung server to close the connection.
  const socket = new Socket();
  const service = new LogicalReplicationService(
    { ...options.client, stream: () => socket },
    {
      acknowledge: { auto: false, timeoutSeconds: 0 },
      flowControl: { enabled: true },
    },
  );
  const started = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => {});
  started.promise.catch(() => {});
  let confirmed = options.from;
  let taken = 0;
  let failed = false;
  let heardAt = Date.now();
  let onHeartbeat = () => {};

  function fail(error: unknown): void {
    failed = true;
    started.reject(error);
    ended.reject(error);
  }

  /** Reports the position that is confirmed, minus the 1 that the library adds. */
  const report = (wantsAnswer: boolean) => service.acknowledge(formatLsn(confirmed - 1n), wantsAnswer).catch(fail);

  service.on('error', fail);
  service.on('start', () => started.resolve());
  service.on('data', async (lsn: string, message: Pgoutput.Message) => {
    taken++;
    if (failed) return;
    await options.onMessage(lsn, message);
    heardAt = Date.now();
  });
  service.on('heartbeat', (lsn: string, _: number, wantsAnswer: boolean) => {
    heardAt = Date.now();
    // Messages that came before this heartbeat may still wait inside the library.
    if (plugin.parsed === taken && !failed) options.onCaughtUp(parseLsn(lsn));
    onHeartbeat();
    if (wantsAnswer) report(false);
  });

  const ping = setInterval(
    () => {
      const isPaused = plugin.parsed !== taken;
      if (!isPaused && Date.now() - heardAt > silenceMs) fail(new Error(`PostgreSQL was silent for ${silenceMs} ms`));
      report(!isPaused);
    },
    Math.min(pingEveryMs, silenceMs / 2),
  );

  service.subscribe(plugin, options.slot, formatLsn(options.from)).then(
    () => fail(new Error('PostgreSQL ended the replication')),
    (error) => fail(error),
  );

  return {
    started: started.promise,
    ended: ended.promise,
    confirm(position) {
      if (position <= confirmed) return;
      confirmed = position;
      report(false);
    },
    async close() {
      clearInterval(ping);
      const heard = new Promise<void>((resolve) => {
        onHeartbeat = resolve;
      });
      if (!service.isStop()) {
        report(true);
        await Promise.race([heard, ended.promise.catch(() => {}), pause(closeTimeoutMs)]);
      }
      await Promise.race([service.stop(), pause(closeTimeoutMs)]);
      socket.destroy();
    },
  };
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Tells which server it is, and counts the messages that were parsed: those that were not handed out yet are still in
 * the library. An error of `parse` would be thrown into the socket's event and end the process.
 */
class CountingPlugin extends PgoutputPlugin {
  parsed = 0;
  onUnreadable: (error: unknown) => void = () => {};
  onIdentified: (server: Identity) => void = () => {};

  override async start(client: Parameters<PgoutputPlugin['start']>[0], slot: string, from: string) {
    const { rows } = await client.query('IDENTIFY_SYSTEM');
    const { systemid, timeline, xlogpos } = rows[0];
    this.onIdentified({ system: systemid, timeline: Number(timeline), end: parseLsn(xlogpos) });
    return super.start(client, slot, from);
  }

  override parse(buffer: Buffer): Pgoutput.Message {
    this.parsed++;
    try {
      return super.parse(buffer);
    } catch (error) {
      this.onUnreadable(error);
      return { tag: 'origin', originLsn: null, originName: '' };
    }
  }
}
