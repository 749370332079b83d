import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type TestDatabase, testDatabase } from '../../../shared/testing/database.ts';
import { makeEvent } from '../../../shared/testing/factories.ts';
import { makeApiKey } from '../../../shared/testing/organisers.ts';
import { callerOf, checkedApp, makeActors, testAddress } from '../organisers.harness.ts';

let database: TestDatabase;
let actors: Awaited<ReturnType<typeof makeActors>>;
let ask: ReturnType<typeof callerOf>;
beforeAll(async () => {
  database = await testDatabase();
  actors = await makeActors(database);
  ask = callerOf(checkedApp(database));
});
afterAll(() => database.drop());

const tokenOf = (who: keyof typeof actors.tokens) => actors.tokens[who];
const venue = { name: 'A hall', time_zone: 'Europe/Berlin' };
const performer = { name: 'An orchestra' };

describe('the audit log', () => {
  const entries = async (token: string, query: string) =>
    (await ask(token, `GET /audit-log?${query}`)).json.entries as Record<string, unknown>[];

  test('tells who changed what, as it was and as it is, by which key, and from where', async () => {
    const { json } = await ask(tokenOf('host'), 'POST /venues', { body: venue });
    const key = await makeApiKey(database.sql, { organiserUuid: actors.organisers.host, scopes: ['manage'] });
    const patch = { body: { city: 'Berlin' }, headers: { 'If-Match': '*' } };
    expect((await ask(key.key, `PATCH /venues/${json.uuid}`, patch)).status).toBe(200);
    expect((await ask(tokenOf('admin'), `DELETE /venues/${json.uuid}`)).status).toBe(204);
    const found = await entries(tokenOf('host'), `thing=venue&thing_uuid=${json.uuid}`);
    expect(found).toMatchObject([
      { action: 'venue.deleted', actor: { type: 'admin' }, before: { city: 'Berlin' }, after: null },
      {
        ...{ action: 'venue.changed', actor: { type: 'key', uuid: key.uuid } },
        before: { city: null, location: 'A hall' },
        after: { city: 'Berlin', location: 'A hall, Berlin' },
      },
      { action: 'venue.created', actor: { type: 'organiser', uuid: actors.uuids.host }, before: null },
    ]);
    for (const entry of found) {
      expect(entry).toMatchObject({ address: testAddress, organiser_uuid: actors.organisers.host });
    }
    expect(await entries(tokenOf('rival'), `thing_uuid=${json.uuid}`)).toEqual([]);
    expect(await entries(tokenOf('admin'), `thing_uuid=${json.uuid}`)).toEqual(found);
    expect(await entries(tokenOf('host'), `actor_uuid=${key.uuid}`)).toEqual([found[1]!]);
    const [last, changed, first] = found as { at: string }[];
    expect(await entries(tokenOf('host'), `thing_uuid=${json.uuid}&from=${changed!.at}`)).toEqual(found.slice(0, 2));
    expect(await entries(tokenOf('host'), `thing_uuid=${json.uuid}&to=${changed!.at}`)).toEqual([found[2]!]);
    expect(await entries(tokenOf('host'), `thing_uuid=${json.uuid}&from=${first!.at}&to=${last!.at}`)).toHaveLength(2);
  });

  test('comes page by page, the newest first, and refuses what is no instant', async () => {
    const whole = await entries(tokenOf('host'), 'limit=100');
    const { json } = await ask(tokenOf('host'), 'GET /audit-log?limit=2');
    const rest = await ask(tokenOf('host'), `GET /audit-log?limit=2&cursor=${json.next_cursor}`);
    expect([...(json.entries as object[]), ...(rest.json.entries as object[])]).toEqual(whole.slice(0, 4));
    for (const from of ['yesterday', '0000-01-01T00:00:00Z']) {
      const refused = await ask(tokenOf('host'), `GET /audit-log?from=${from}`);
      expect(refused).toMatchObject({ status: 400, json: { issues: [{ path: 'from' }] } });
    }
  });

  test('has nothing of a change that is refused', async () => {
    const { tickets: _, venueId } = await makeEvent(database.sql);
    const [used] = await database.sql<{ uuid: string }[]>`select uuid from venues where id = ${venueId}`;
    const stale = { body: { name: 'x', time_zone: 'UTC' }, headers: { 'If-Match': '"stale"' } };
    expect((await ask(tokenOf('platform'), `PATCH /venues/${used!.uuid}`, stale)).status).toBe(412);
    expect((await ask(tokenOf('platform'), `DELETE /venues/${used!.uuid}`)).status).toBe(409);
    expect(await entries(tokenOf('platform'), `thing_uuid=${used!.uuid}`)).toEqual([]);
  });

  test.each([
    ['/venues', venue],
    ['/performers', performer],
  ] as const)('is of one piece with the changes of %s: both are there, or none', async (path, body) => {
    const table = path.slice(1);
    const { sql } = database;
    const count = async () => (await sql<{ n: number }[]>`select count(*)::int as n from audit_log`)[0]!.n;
    const { json } = await ask(tokenOf('host'), `POST ${path}`, { body });
    const before = await count();
    /** Each way to change, while something breaks it. */
    const statuses = async () => {
      const patch = { body: { name: 'Another' }, headers: { 'If-Match': '*' } };
      const asked = [
        await ask(tokenOf('host'), `POST ${path}`, { body: { ...body, name: 'Lost' } }),
        await ask(tokenOf('host'), `PATCH ${path}/${json.uuid}`, patch),
        await ask(tokenOf('host'), `DELETE ${path}/${json.uuid}`),
      ];
      return asked.map(({ status }) => status);
    };
    await sql`alter table audit_log add constraint broken check (false) not valid`;
    expect(await statuses()).toEqual([500, 500, 500]);
    await sql`alter table audit_log drop constraint broken`;
    await sql.unsafe(`
      create or replace function break_commit() returns trigger language plpgsql as $$ begin raise 'broken'; end $$;
      create constraint trigger broken after insert or update or delete on ${table}
        deferrable initially deferred for each row execute function break_commit()`);
    expect(await statuses()).toEqual([500, 500, 500]);
    await sql.unsafe(`drop trigger broken on ${table}`);
    expect(await count()).toBe(before);
    expect(await sql`select from ${sql(table)} where name = 'Lost'`).toHaveLength(0);
    expect((await ask(tokenOf('host'), `GET ${path}/${json.uuid}`)).json).toEqual(json);
  });

  test('is never changed', async () => {
    await expect(database.sql`delete from audit_log`.execute()).rejects.toThrow('rows are only added');
  });
});
