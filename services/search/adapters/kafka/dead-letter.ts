import { Buffer } from 'node:buffer';
import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { Change } from '../../domain/changes/change-source.ts';

/** A message's place among all messages. */
type Position = { topic: string; partition: number; offset: string };

/** A dead letter: the message that could not be read, or (without an origin) the row that could not be indexed. */
export type DeadLetter = {
  offset: string;
  time: string;
  cause: string;
  /** Where the change stood, for people. */
  position: string;
  origin?: Position;
  /** How often it has been replayed and come back. */
  replays: number;
  key: Buffer | null;
  value: Buffer | null;
};

/** The value of a letter about a row, in place of a message. */
export type DeadRow = Pick<Change, 'table' | 'op' | 'row'>;

export function toMessage(change: Change, cause: string, nowMs: number): Message {
  const origin = change.original && parsePosition(change.position);
  const { table, op, row } = change;
  const { key, value, replays = 0 } = change.original ?? { key: null, value: textOf({ table, op, row }) };
  return {
    key: key && Buffer.from(key),
    value: value && Buffer.from(value),
    headers: {
      cause: cause.slice(0, 2000),
      time: new Date(nowMs).toISOString(),
      position: change.position,
      replays: String(replays),
      ...(origin && {
        'origin-topic': origin.topic,
        'origin-partition': String(origin.partition),
        'origin-offset': origin.offset,
      }),
    },
  };
}

export function fromMessage({ offset, key, value, headers }: KafkaMessage): DeadLetter {
  const position = header(headers, 'position');
  const origin = header(headers, 'origin-topic') ? parsePosition(position) : undefined;
  const [time, cause] = [header(headers, 'time'), header(headers, 'cause')];
  return { offset, time, cause, position, ...(origin && { origin }), replays: replaysOf(headers), key, value };
}

export const replaysOf = (headers: IHeaders | undefined): number => Number(header(headers, 'replays')) || 0;

function header(headers: IHeaders | undefined, name: string): string {
  const value = headers?.[name];
  return String((Array.isArray(value) ? value[0] : value) ?? '');
}

const textOf = (row: DeadRow) =>
  Buffer.from(JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? value.toString() : value)));

/** As people read it: `pg.public.events/2@154`. */
export const formatPosition = ({ topic, partition, offset }: Position) => `${topic}/${partition}@${offset}`;

function parsePosition(text: string): Position | undefined {
  const [, topic, partition, offset] = /^(.+)\/(\d+)@(\d+)$/.exec(text) ?? [];
  return topic && offset ? { topic, partition: Number(partition), offset } : undefined;
}
