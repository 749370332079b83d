import { expect, test } from 'bun:test';
import { ConfigError } from '../../shared/config/environment.ts';
import { UsageError } from '../../shared/process/lifecycle.ts';
import { commands } from './cli.ts';

const refusal = (name: string, args: string[] = [], env = {}) =>
  commands[name]!.run(args, env).then(
    () => undefined,
    (error: Error) => error,
  );

test.each(['reindex', 'verify'])('%s says what it needs when the index is embedded', async (name) => {
  const refused = await refusal(name);
  expect(refused).toBeInstanceOf(UsageError);
  expect(refused?.message).toContain('ELASTICSEARCH_ADDR');
});

test('dead-letters says that they are in a table without Kafka', async () => {
  expect((await refusal('dead-letters', ['list']))?.message).toContain('cdc_dead_letters');
});

test.each(['dead-letters', 'connector'])('%s says which verbs there are', async (name) => {
  for (const args of [[], ['destroy'], ['status', 'more'], ['toString']]) {
    const refused = await refusal(name, args);
    expect(refused).toBeInstanceOf(UsageError);
    expect(refused?.message).toMatch(/takes .*list|takes .*apply/);
  }
});

test('connector says that it needs Kafka Connect', async () => {
  const refused = await refusal('connector', ['status']);
  expect(refused).toBeInstanceOf(ConfigError);
  expect(refused?.message).toContain('KAFKA_CONNECT_URL');
});
