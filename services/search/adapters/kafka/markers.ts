import type { Admin, KafkaMessage } from 'kafkajs';
import { sleep } from '../../../../shared/async/clock.ts';
import type { Db } from '../../../../shared/db/client.ts';
import { walPosition } from '../../../../shared/db/wal-position.ts';
import type { OnDemand } from './client.ts';
import { type PartitionState, readPartitions } from './offsets.ts';
import type { Topics } from './topics.ts';

const prefix = 'onsale_position';
/** Between two looks whether the log has grown. */
const everyMs = 250;
const againMs = 50;
/** A marker that has not come for so long is given up: the next one counts. */
const patienceMs = 10_000;
/** What a marker and its commit take in the log, and less than they take with another transaction. */
const ownBytes = 200n;

export type MarkersDeps = {
  db: Db;
  admin: OnDemand<Admin>;
  group: string;
  topics: Topics;
  /** True while this process reads the notifications: one of the group does. */
  isKeeper(): boolean;
  onReached(position: bigint): void;
  signal: AbortSignal;
};

type Marker = { position: bigint; end: bigint; atMs: number };

/**
 * Finds out how far the group has come in the log. Messages tell only of their own partition, and not where a quiet one
 * is: so where the log has grown a marker is written to it, which comes through the connector behind all that was
 * committed before. What the topics have by then is handled once the group has committed it. (The connector sends in
 * order, and a broker of its own takes each partition: one that is in trouble at that moment may be behind.)
 */
export function createMarkers() {
  let heard: bigint | undefined;

  /** To be called with each message of the notifications' topic. */
  function hear({ value }: KafkaMessage): void {
    const position = positionIn(value);
    if (position !== undefined) heard = position;
  }

  async function run(deps: MarkersDeps): Promise<void> {
    let sent: Marker | undefined;
    let reached: bigint | undefined;
    while (!deps.signal.aborted) {
      await sleep(sent && reached !== sent.position ? againMs : everyMs, deps.signal);
      if (deps.signal.aborted) return;
      if (!deps.isKeeper()) {
        sent = undefined;
        continue;
      }
      try {
        const came = heard;
        heard = undefined;
        if (came !== undefined && (await isHandled(deps))) {
          reached = came;
          deps.onReached(came);
        }
        const isUnderWay = sent && sent.position !== reached && performance.now() - sent.atMs < patienceMs;
        if (!isUnderWay) sent = await next(deps, sent);
      } catch {
        // A server that is away is told of by those who need it; here the next round makes up for it.
      }
    }
  }

  return { hear, run };
}

/** A new marker, unless nothing has followed the last one. */
async function next({ db, onReached }: MarkersDeps, last: Marker | undefined): Promise<Marker> {
  const end = await walPosition(db);
  if (last && last.end === end && end - last.position <= ownBytes) {
    onReached(end);
    return last;
  }
  const [row] = await db.run(
    () => db.sql<{ position: string }[]>`
      select position, pg_logical_emit_message(true, ${prefix}, position)
      from (select (pg_current_wal_insert_lsn() - '0/0')::text as position offset 0) now`,
  );
  return { position: BigInt(row!.position), end: await walPosition(db), atMs: performance.now() };
}

/** Resolves to true once the group has handled all that the topics of the tables have at this moment. */
async function isHandled({ admin, group, topics, signal, isKeeper }: MarkersDeps): Promise<boolean> {
  const read = () => admin.run((client) => readPartitions(client, group, topics.tables));
  let now = await read();
  const ends = new Map(now.map((one) => [keyOf(one), one.high]));
  const isBehind = (one: PartitionState) => (one.committed ?? one.low) < (ends.get(keyOf(one)) ?? one.high);
  while (now.some(isBehind)) {
    await sleep(againMs, signal);
    if (signal.aborted || !isKeeper()) return false;
    now = await read();
  }
  return true;
}

const keyOf = ({ topic, partition }: PartitionState) => `${topic}/${partition}`;

function positionIn(value: Buffer | null): bigint | undefined {
  try {
    const told = JSON.parse(String(value));
    const { op, message } = told?.payload ?? told;
    if (op !== 'm' || message?.prefix !== prefix) return undefined;
    return BigInt(Buffer.from(message.content, 'base64').toString());
  } catch {
    return undefined;
  }
}
