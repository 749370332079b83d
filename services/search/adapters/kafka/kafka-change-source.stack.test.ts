import { setDefaultTimeout } from 'bun:test';
import { changeSourceConformance } from '../change-source.conformance.ts';
import { startKafkaStack } from './stack.harness.ts';

setDefaultTimeout(60_000);

changeSourceConformance('Debezium and Kafka', async () => {
  const stack = await startKafkaStack();
  await stack.connector('apply');
  return {
    sql: stack.database.sql,
    open: stack.open,
    breakConnection: async () => stack.breakConnections(),
    close: stack.drop,
  };
});
