import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { createServer, type Server } from 'node:net';
import { getTableName } from 'drizzle-orm';
import { neededFunctions, neededTables as ofBooking } from '../../services/booking/needed-tables.ts';
import { neededTables as ofEvents } from '../../services/events/needed-tables.ts';
import { neededTables as ofSearch } from '../../services/search/needed-tables.ts';
import type { PostgresConfig } from '../config/config.ts';
import { isAppError, reasonOf } from '../errors.ts';
import { emptyDatabase, type TestDatabase, testDatabase } from '../testing/database.ts';
import { type Db, openDb } from './client.ts';
import { migrate } from './migrate.ts';
import { type Needed, schemaCheck } from './schema-check.ts';

const services: [name: string, needed: Needed][] = [
  ['events', ofEvents({ locks: true })],
  ['booking', ofBooking({ locks: true, sandbox: true })],
  ['booking with Stripe', ofBooking({ locks: false, sandbox: false })],
  ['search', ofSearch({ log: true })],
];

const reason = (call: Promise<unknown>) =>
  call.then(
    () => 'well',
    (error) => reasonOf(error) ?? error,
  );

const opened: Db[] = [];
function open(config: PostgresConfig): Db {
  const db = openDb(config);
  opened.push(db);
  return db;
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((db) => db.close()));
});

describe('a database', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.drop());

  test.each(services)('of this release, and of a newer one, passes for %s', async (_, needed) => {
    const check = schemaCheck(open(database.config), needed);
    expect(await reason(check())).toBe('well');
    await database.sql`alter table events add column if not exists of_tomorrow text`;
    await database.sql`create table if not exists of_tomorrow (id int)`;
    expect(await reason(check())).toBe('well');
  });

  test.each(services)('that is empty is reported by %s', async (_, needed) => {
    const empty = await emptyDatabase();
    expect(await reason(schemaCheck(open(empty.config), needed)())).toMatch(
      /^The database’s schema is not this release’s \(there is no table \w+\): run `events migrate`$/,
    );
    await empty.drop();
  });

  test('of an older release is reported, and a call gets a 503 with the cause', async () => {
    const old = await emptyDatabase();
    await migrate(old.config, { upTo: '0001_seats_and_changes' });
    const db = open(old.config);
    expect(await reason(schemaCheck(db, ofBooking({ locks: true, sandbox: true }))())).toContain(
      'run `events migrate`',
    );
    for (const statement of ['select no_such_column from events', 'select no_such_function()', 'select from no_such']) {
      const error = await db.run(() => db.sql.unsafe(statement)).catch((thrown) => thrown);
      expect(isAppError(error, 'unavailable')).toBe(true);
      expect(error.cause.cause.message).toContain('does not exist');
    }
    await old.drop();
  });

  test('that lacks a function is reported; one of the same name for another release does no harm', async () => {
    const db = open(database.config);
    const [theirs = ''] = neededFunctions({ locks: true });
    const check = (name: string) => reason(schemaCheck(db, ofBooking({ locks: true, sandbox: true }), [name])());
    expect(await check('no_such_function(int)')).toBe(
      'The database’s schema is not this release’s (there is no function no_such_function(int)): run `events migrate`',
    );
    expect(await check(theirs)).toBe('well');
    await database.sql`create function take_ticket_locks(int) returns int language sql as 'select 1'`;
    expect(await check(theirs)).toBe('well');
    await database.sql`drop function take_ticket_locks(int)`;
  });

  test('that refuses a wrong statement causes a failure, no outage', async () => {
    const db = open(database.config);
    const error = await db.run(() => db.sql.unsafe('selec 1')).catch((thrown) => thrown);
    expect([error.code, isAppError(error, 'unavailable')]).toEqual(['42601', false]);
  });

  test.each([
    ['58P01', 'PostgreSQL lacks a file of its database: see its log'],
    ['XX001', 'PostgreSQL has found damage in its files: see its log'],
    ['XX002', 'PostgreSQL has found damage in its files: see its log'],
  ])('with damaged files (%s) is no fault of ours', async (code, sentence) => {
    const db = open(database.config);
    const call = db.run(() => db.sql.unsafe(`do $$ begin raise sqlstate '${code}' using message = 'damage'; end $$`));
    expect(await reason(call)).toBe(sentence);
  });

  describe('whose role lacks rights', () => {
    let roles = 0;
    const made: string[] = [];
    async function roleWith(grants: (role: string) => string): Promise<Db> {
      const role = `unfit_${process.pid}_${roles++}`;
      made.push(role);
      await database.sql.unsafe(`create role ${role} login password 'x'; ${grants(role)}`);
      return open({ ...database.config, user: role, password: 'x' });
    }
    afterAll(async () => {
      for (const role of made) await database.sql.unsafe(`drop owned by ${role}; drop role ${role}`);
    });

    test.each(services)('is reported by %s: the table, and the right to grant', async (_, needed) => {
      const db = await roleWith(() => '');
      const check = schemaCheck(db, needed);
      expect(await reason(check())).toMatch(/^The role unfit_\w+ may not read(, [a-z ]+)* table \w+: grant it$/);
      const call = db.run(() => db.sql`select from events`);
      expect(await reason(call)).toBe(
        'PostgreSQL denies the user of this service a right: permission denied for table events; grant it',
      );
    });

    test.each(services)('passes for %s with just the needed rights', async (_, needed) => {
      const db = await roleWith((role) =>
        needed
          .filter(([, ...rights]) => rights.length > 0)
          .map(([table, ...rights]) => `grant ${rights} on ${getTableName(table)} to ${role};`)
          .join(''),
      );
      expect(await reason(schemaCheck(db, needed)())).toBe('well');
    });

    test('is reported by booking when it may only read', async () => {
      const db = await roleWith((role) => `grant select on all tables in schema public to ${role}`);
      const said = await reason(schemaCheck(db, ofBooking({ locks: true, sandbox: true }))());
      expect(said).toMatch(/may not update table events: grant it/);
    });
  });
});

describe('another server at PostgreSQL’s address', () => {
  const servers: Server[] = [];
  afterAll(() => servers.forEach((server) => void server.close()));

  async function listening(reply: string): Promise<number> {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', () => void socket.write(reply));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as { port: number }).port;
  }

  test('is reported when it has no TLS', async () => {
    const database = await emptyDatabase();
    const db = open({ ...database.config, sslMode: 'require' });
    expect(await reason(db.ping())).toBe(
      'PostgreSQL ends connections instead of encrypting them: turn ssl on there (POSTGRES_SSLMODE asks for TLS)',
    );
    await database.drop();
  });

  test.each([
    ['nothing', ''],
    ['as a web server does', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['as Redis does', '-ERR unknown command\r\n'],
  ])('is told of when it answers %s', async (_, reply) => {
    const database = await emptyDatabase();
    const db = open({ ...database.config, host: '127.0.0.1', port: await listening(reply), deadlineMs: 1_000 });
    expect(await reason(db.ping())).toContain('is not what listens at POSTGRES_HOST and POSTGRES_PORT');
    await database.drop();
  });
});
