import type { Pgoutput } from 'pg-logical-replication';
import type { Change } from '../../domain/changes/change-source.ts';
import { formatLsn, parseLsn } from './lsn.ts';
import type { Item } from './queue.ts';

/** `pg_logical_emit_message(true, 'traceparent', …)` tells the trace of the changes behind it in its transaction. */
const tracePrefix = 'traceparent';

/** Turns pgoutput's messages of one connection into items, in their order. */
export function createReader() {
  let transaction = 0;
  let inTransaction = false;
  let traceparent: string | undefined;

  function read(lsn: string, message: Pgoutput.Message): Item[] {
    if (message.tag === 'begin') {
      transaction = message.xid >>> 0;
      inTransaction = true;
      traceparent = undefined;
      return [];
    }
    if (message.tag === 'commit') {
      inTransaction = false;
      return [{ kind: 'commit', end: parseLsn(message.commitEndLsn ?? lsn) }];
    }
    if (message.tag === 'message') {
      if (message.transactional && message.prefix === tracePrefix)
        traceparent = new TextDecoder().decode(message.content);
      return [];
    }
    const told = traceparent === undefined ? {} : { traceparent };
    return changesOf(message, formatLsn(parseLsn(lsn))).map((change) => ({
      kind: 'change',
      change: { ...change, ...told },
      transaction,
    }));
  }

  return { read, isBetweenTransactions: () => !inTransaction };
}

function changesOf(message: Pgoutput.Message, position: string): Change[] {
  switch (message.tag) {
    case 'insert':
      return [{ table: message.relation.name, op: 'c', row: message.new, position }];
    case 'update': {
      const before = message.old ?? message.key;
      return [{ table: message.relation.name, op: 'u', row: message.new, ...(before && { before }), position }];
    }
    case 'delete':
      return [{ table: message.relation.name, op: 'd', row: message.old ?? message.key ?? {}, position }];
    case 'truncate':
      return message.relations.map(({ name }) => ({ table: name, op: 't', row: {}, position }));
    default:
      return [];
  }
}
