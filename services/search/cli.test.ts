import { expect, test } from 'bun:test';
import { UsageError } from '../../shared/lifecycle.ts';
import { command } from './cli.ts';

test('without a command the service is to serve', () => {
  expect(command([], {})).toBeUndefined();
  expect(command(['serve'], {})).toBeUndefined();
});

test.each(['reindex', 'verify'])('%s says what it needs when the index is embedded', async (name) => {
  const refused = await command([name], {})!().catch((error) => error);
  expect(refused).toBeInstanceOf(UsageError);
  expect(refused.message).toContain('ELASTICSEARCH_ADDR');
});

test('an unknown command names those there are', async () => {
  const refused = await command(['rebuild'], {})!().catch((error) => error);
  expect(refused).toBeInstanceOf(UsageError);
  expect(refused.message).toContain('search reindex');
});
