import type { KafkaMessage } from 'kafkajs';
import type { Change } from '../../domain/changes/change-source.ts';
import { formatPosition, replaysOf } from './dead-letter.ts';

/** A change, and the transaction that made it unless a snapshot read it. */
export type Read = { change: Change; transaction?: number };

type Row = Record<string, unknown>;
type Envelope = { op: string; before?: Row | null; after?: Row | null; source?: Row | null };

/** Debezium's message, with or without its schema, as a change; undefined for a tombstone. Never throws. */
export function readMessage(topic: string, partition: number, message: KafkaMessage): Read | undefined {
  if (message.value === null || message.value.length === 0) return undefined;
  const common = {
    position: formatPosition({ topic, partition, offset: message.offset }),
    original: { key: message.key, value: message.value, replays: replaysOf(message.headers) },
  };
  try {
    const envelope = envelopeOf(message.value);
    if (!envelope) return undefined;
    const table = textOr(envelope.source?.table, topic.slice(topic.lastIndexOf('.') + 1));
    const change = { table, ...changeOf(envelope), ...common };
    const transaction = envelope.source?.txId;
    return isId(transaction) && change.op !== 'r' ? { change, transaction } : { change };
  } catch (error) {
    const unreadable = error instanceof Error ? error.message : String(error);
    return { change: { table: '', op: 'u', row: {}, unreadable, ...common } };
  }
}

/** Says whether a message of the notifications' topic tells of a snapshot that has ended. */
export function tellsOfSnapshot({ value }: KafkaMessage): boolean {
  try {
    const told = unwrap(JSON.parse(String(value))) as Row | null;
    return told?.aggregate_type === 'Initial Snapshot' && told.type === 'COMPLETED';
  } catch {
    return false;
  }
}

function envelopeOf(value: Buffer): Envelope | undefined {
  const envelope = unwrap(JSON.parse(value.toString()));
  if (envelope === null) return undefined;
  if (!isRow(envelope) || typeof envelope.op !== 'string') throw new Error('not a change of Debezium: it has no "op"');
  return envelope as Envelope;
}

/** With its schema a message is `{ schema, payload }`. */
const unwrap = (value: unknown): unknown =>
  isRow(value) && 'schema' in value && 'payload' in value ? value.payload : value;

function changeOf({ op, before, after }: Envelope): Pick<Change, 'op' | 'row' | 'before'> {
  switch (op) {
    case 'c':
    case 'r':
      return { op, row: rowOf(after, 'after') };
    case 'u':
      return { op, row: rowOf(after, 'after'), ...(isRow(before) && { before }) };
    case 'd':
      return { op, row: rowOf(before, 'before') };
    case 't':
      return { op, row: {} };
    default:
      throw new Error(`unknown op "${op.slice(0, 20)}"`);
  }
}

function rowOf(row: unknown, name: string): Row {
  if (!isRow(row)) throw new Error(`not a change of Debezium: "${name}" is no row`);
  return row;
}

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

const isId = (value: unknown): value is number => Number.isSafeInteger(value);

const textOr = (value: unknown, otherwise: string) => (typeof value === 'string' ? value : otherwise);
