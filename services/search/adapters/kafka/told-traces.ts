import type { KafkaMessage } from 'kafkajs';
import { LRUCache } from 'lru-cache';
import type { Read } from './message.ts';

/** A transaction's changes come within moments of its message. */
const remembered = 1000;

/**
 * Knows which trace a transaction belongs to, where it has told that by a logical message
 * (`pg_logical_emit_message(true, 'traceparent', …)`). The connector writes such messages to the notifications' topic:
 * where several processes share the topics, only the one that reads that knows, unless the producer has put the trace
 * into the headers of each record.
 */
export function toldTraces() {
  const traces = new LRUCache<number, string>({ max: remembered });
  return {
    /** Remembers what a message of the notifications' topic tells, if it is of that kind. */
    hear({ value }: KafkaMessage): void {
      const told = parsed(value);
      const { txId } = told?.source ?? {};
      if (told?.op !== 'm' || told.message?.prefix !== 'traceparent' || typeof txId !== 'number') return;
      traces.set(txId, Buffer.from(told.message.content ?? '', 'base64').toString());
    },
    /** Returns the change with its trace, if that is known. */
    trace({ change, transaction }: Read, { headers }: KafkaMessage): Read['change'] {
      const header = headers?.traceparent;
      const traceparent = header ? String(header) : transaction !== undefined ? traces.get(transaction) : undefined;
      return traceparent === undefined ? change : { ...change, traceparent };
    },
  };
}

type Told = { op?: string; source?: { txId?: unknown }; message?: { prefix?: string; content?: string } };

function parsed(value: Buffer | null): Told | undefined {
  try {
    const told = JSON.parse(String(value));
    return told?.payload ?? told ?? undefined;
  } catch {
    return undefined;
  }
}
