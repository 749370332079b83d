import { rootSpan } from '../../shared/tracing/span.ts';
import type { Tracing } from '../../shared/tracing/tracing.ts';
import type { Change, ChangeSource } from './domain/changes/change-source.ts';

const maxKeys = 20;

/**
 * The same source, whose batches are traces: by the semantic conventions of messaging where they come through Kafka,
 * read by its consumer `group`. A batch links to the trace of each transaction that told its own; it is traced if one of
 * those is, or by the sampler's chance.
 */
export function tracedSource(source: ChangeSource, tracing: Tracing, group: string | undefined): ChangeSource {
  return {
    ...source,
    run: (handlers) =>
      source.run({
        ...handlers,
        async onBatch(changes, ...more) {
          const parents = new Map(changes.map((change) => [change.traceparent, change]));
          const links = [...parents].flatMap(([traceparent, { position }]) => {
            return tracing.linkTo(traceparent, { 'onsale.position': position }) ?? [];
          });
          if (links.length === 0 && !tracing.samples()) return handlers.onBatch(changes, ...more);
          const [name, attributes] = group === undefined ? ofLog(changes) : ofTopics(changes, group);
          const root = tracing.begin(name, { kind: 'consumer', attributes, links });
          await rootSpan(root, () => handlers.onBatch(changes, ...more));
        },
      }),
  };
}

/** Of several, names would be without number. */
const nameOf = (from: string[]) => (from.length === 1 ? `process ${from[0]}` : 'process');

const distinct = (texts: string[]) => [...new Set(texts)].sort();

/** Where the changes stand, so that the trace of a change can be found. */
const places = (changes: Change[]) => ({
  'onsale.tables': distinct(changes.map(({ table }) => table)),
  'onsale.rows': distinct(changes.map(({ table, row }) => `${table} ${row.id ?? row.event_id}`)).slice(0, maxKeys),
  'onsale.position.first': changes[0]?.position,
  'onsale.position.last': changes.at(-1)?.position,
});

const ofLog = (changes: Change[]) => {
  const attributes = { ...places(changes), 'db.system.name': 'postgresql', 'onsale.changes': changes.length };
  return [nameOf(attributes['onsale.tables']), attributes] as const;
};

const ofTopics = (changes: Change[], group: string) => {
  const topics = distinct(changes.map(({ position }) => position.replace(/\/\d+@\d+$/, '')));
  const attributes = {
    ...places(changes),
    'messaging.system': 'kafka',
    'messaging.operation.type': 'process',
    'messaging.operation.name': 'process',
    'messaging.consumer.group.name': group,
    'messaging.batch.message_count': changes.length,
    // The conventions name a destination only if it is that of all messages.
    'messaging.destination.name': topics.length === 1 ? topics[0] : undefined,
  };
  return [nameOf(topics), attributes] as const;
};
