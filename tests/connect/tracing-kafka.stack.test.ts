import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KafkaStack, startKafkaStack } from '../../services/search/adapters/kafka/stack.harness.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { makeEvent } from '../../shared/testing/factories.ts';
import { stackAddress } from '../../shared/testing/stack.ts';
import { startCollector, treeOf } from '../rig/collector.ts';
import { startProcess } from '../rig/process.ts';
import { postgresEnv, runners } from '../rig/targets.ts';

const dir = mkdtempSync(join(tmpdir(), 'onsale-traces-'));
let stack: KafkaStack;
beforeAll(async () => {
  stack = await startKafkaStack();
  await stack.connector('apply');
});
afterAll(async () => {
  await stack.drop();
  rmSync(dir, { recursive: true, force: true });
});

test.each(Object.keys(runners) as (keyof typeof runners)[])(
  'a change’s trace is linked to the indexing of its document, through Debezium and Kafka to Elasticsearch (%s)',
  async (kind) => {
    const { database, config } = stack;
    const index = `onsale-${config.topicPrefix}-${kind}`;
    const elasticsearch = stackAddress('ELASTICSEARCH_ADDR');
    const collector = startCollector(join(dir, `${kind}.jsonl`));
    const service = await startProcess(runners[kind]('search'), {
      ...postgresEnv(database.config),
      SERVER_ADDR: '127.0.0.1:0',
      KAFKA_LISTENERS: config.brokers.join(','),
      KAFKA_TOPIC_PREFIX: config.topicPrefix,
      KAFKA_GROUP: `${config.topicPrefix}-${kind}`,
      ELASTICSEARCH_ADDR: elasticsearch,
      ELASTICSEARCH_INDEX: index,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_TRACES_SAMPLER: 'parentbased_always_off',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    });
    const search = async (path: string) => (await fetch(`http://127.0.0.1:${service.ports[0]}/api/v1/${path}`)).text();
    try {
      await eventually(async () => (await fetch(`http://127.0.0.1:${service.ports[0]}/readyz`)).ok, 30_000);
      const title = randomUUID();
      const { id } = await makeEvent(database.sql, { name: title });
      await eventually(async () => (await search(`search/events?q=${title}`)).includes(title));
      // Kafka may hand out a change before its transaction's message, or with one of another table: then the next
      // rename tells a trace.
      const spanId = randomBytes(8).toString('hex');
      const name = `process ${config.topicPrefix}.public.events`;
      const linked = () =>
        collector.spans().find((one) => one.name === name && one.links.some((link) => link.spanId === spanId)) ?? false;
      const rename = () =>
        database.sql.begin(async (sql) => {
          const traceparent = `00-${randomBytes(16).toString('hex')}-${spanId}-01`;
          await sql`select pg_logical_emit_message(true, 'traceparent', ${traceparent})`;
          await sql`update events set name = ${`Renamed ${randomUUID()}`} where id = ${id}`;
        });
      const root = await eventually(async () => {
        await rename();
        return eventually(linked, 2000);
      }, 30_000);
      expect(root).toMatchObject({
        service: 'onsale-search',
        kind: 5,
        isError: false,
        attributes: {
          'messaging.system': 'kafka',
          'messaging.operation.type': 'process',
          'messaging.destination.name': `${config.topicPrefix}.public.events`,
          'messaging.consumer.group.name': `${config.topicPrefix}-${kind}`,
          'messaging.batch.message_count': expect.any(Number),
          'onsale.rows': expect.arrayContaining([`events ${id}`]),
        },
        links: [{ spanId }],
      });
      const tree = treeOf(collector.spans(), root.traceId);
      expect(tree.filter((line) => !line.startsWith('    '))).toEqual([
        root.name,
        '  catalogue.position',
        '  catalogue.findDirty',
        '  index.apply',
      ]);
      expect(tree.some((line) => line.startsWith('    bulk '))).toBe(true);
    } finally {
      expect(await service.stop()).toBe(0);
      await collector.stop();
      await fetch(`${elasticsearch}/${index}*?expand_wildcards=all`, { method: 'DELETE' });
    }
  },
);
