import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';
import { migrationJournal, migrationSql } from '../../drizzle/migrations.ts';
import { emptyDatabase, type TestDatabase } from '../testing/database.ts';
import { migrate, migrationStates } from './migrate.ts';
import * as schema from './schema.ts';

const folder = join(import.meta.dirname, '..', '..', 'drizzle');

describe('migrations', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await emptyDatabase();
  });
  afterAll(() => database.drop());

  test('what is not applied is told', async () => {
    expect(await migrationStates(database.config)).toEqual(
      migrationJournal.map(({ tag }) => ({ tag, isApplied: false })),
    );
  });

  test('several starters at once apply each once', async () => {
    const applied = await Promise.all(Array.from({ length: 6 }, () => migrate(database.config)));
    expect(applied.sort()).toEqual([0, 0, 0, 0, 0, migrationJournal.length]);
    expect(await migrate(database.config)).toBe(0);
    expect(await migrationStates(database.config)).toEqual(
      migrationJournal.map(({ tag }) => ({ tag, isApplied: true })),
    );
  });

  test('make the tables, the unlogged locks and the publication', async () => {
    const [row] = await database.sql`
      select (select relpersistence from pg_class where relname = 'ticket_locks') as locks,
        (select count(*)::int from pg_publication_tables where pubname = 'onsale_search') as published`;
    expect(row).toEqual({ locks: 'u', published: 4 });
  });

  test('the rows of the original can be inserted as they are', async () => {
    const { sql } = database;
    await sql`insert into venues (id, uuid, created_at, updated_at, location, seat_map)
      values (1, '8a1b0000-0000-4000-8000-000000000001', now(), now(), 'Hall', '{"A1": true}'::json)`;
    await sql`insert into performers (id, uuid, created_at, updated_at, name, age, description)
      values (1, '8a1b0000-0000-4000-8000-000000000002', now(), now(), 'Name', 30, null)`;
    await sql`insert into events (id, uuid, created_at, updated_at, venue_id, date, name, description)
      values (1, '8a1b0000-0000-4000-8000-000000000003', now(), now(), 1, '2030-01-01', 'Event', null)`;
    await sql`insert into event_performers (event_id, performer_id) values (1, 1)`;
    await sql`insert into tickets (id, uuid, created_at, updated_at, event_id, price, seat, status)
      values (1, '8a1b0000-0000-4000-8000-000000000004', now(), now(), 1, 35000, 'A1', 'booked')`;
    await expect(
      sql`insert into tickets (id, event_id, price, seat) values (2, 1, 100, 'A1')`.then((rows) => rows),
    ).rejects.toThrow(/tickets_event_id_seat_key/);
    await expect(
      sql`insert into tickets (id, event_id, price, seat, status) values (2, 1, 1, 'A2', 'reserved')`.then(
        (rows) => rows,
      ),
    ).rejects.toThrow(/tickets_status_check/);
  });
});

test('every migration of the folder travels in the binary, in order', async () => {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  expect(migrationJournal.map((entry) => `${entry.tag}.sql`)).toEqual(files);
  for (const file of files) {
    expect(migrationSql[file.replace('.sql', '')]).toBe(await Bun.file(join(folder, file)).text());
  }
});

test('schema.ts and the migrations say the same', async () => {
  const snapshots = (await readdir(join(folder, 'meta'))).filter((name) => name.endsWith('_snapshot.json')).sort();
  const last = await Bun.file(join(folder, 'meta', snapshots.at(-1)!)).json();
  expect(await generateMigration(last, generateDrizzleJson(schema, last.id))).toEqual([]);
});
