import { afterAll, beforeAll, expect, test } from 'bun:test';
import { type TestDatabase, testDatabase } from '../../../../shared/testing/database.ts';
import { postgresDeadLetters } from './dead-letters.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

test('a message that is no text is kept as far as it can be read', async () => {
  const letters = postgresDeadLetters(database.db);
  const original = { key: null, value: new Uint8Array([0x7b, 0x00, 0xff, 0x41]) };
  const change = { table: '', op: 'u', row: {}, position: 'pg.public.events/2@7', unreadable: 'no JSON\0', original };
  await letters.put({ ...change, op: 'u' }, 'no JSON\0');
  await letters.put(
    { table: 'events', op: 'u', row: { id: 1n, name: 'half \ud83c' }, position: 'event 1' },
    'too long',
  );
  const found = await database.sql`select position, payload->'original' as original, payload->'row' as row, cause
    from cdc_dead_letters order by id`;
  expect([...found]).toEqual([
    { position: 'pg.public.events/2@7', original: { key: null, value: '{\ufffdA' }, row: {}, cause: 'no JSON' },
    { position: 'event 1', original: null, row: { id: '1', name: 'half \ufffd' }, cause: 'too long' },
  ]);
});
