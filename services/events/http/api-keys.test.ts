import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createLog } from '../../../shared/process/log.ts';
import { type TestDatabase, testDatabase } from '../../../shared/testing/database.ts';
import { eventually } from '../../../shared/testing/eventually.ts';
import { callerOf, checkedApp, makeActors } from '../organisers.harness.ts';

let database: TestDatabase;
let actors: Awaited<ReturnType<typeof makeActors>>;
let ask: ReturnType<typeof callerOf>;
let nowMs = Date.now();
const lines: string[] = [];

beforeAll(async () => {
  database = await testDatabase();
  actors = await makeActors(database);
  const log = createLog('events', 'debug', { write: (line) => void lines.push(line) });
  ask = callerOf(checkedApp(database, { log, nowMs: () => nowMs }));
});
afterAll(() => database.drop());

const tokenOf = (who: keyof typeof actors.tokens) => actors.tokens[who];

describe('an API key', () => {
  const make = (token: string, body: object) => ask(token, 'POST /api-keys', { body });

  test('is shown once, notes its use, and ends within a second when it is revoked', async () => {
    const made = await make(tokenOf('host'), { name: 'Shop', scopes: ['manage', 'read', 'read'] });
    expect(made).toMatchObject({
      status: 201,
      json: { organiser_uuid: actors.organisers.host, scopes: ['read', 'manage'] },
    });
    const { key, ...shown } = made.json as { key: string; uuid: string; name: string };
    const listed = async () => {
      const { json } = await ask(tokenOf('host'), 'GET /api-keys');
      return (json.api_keys as (typeof shown & { last_used_at: string | null })[]).find(
        ({ uuid }) => uuid === shown.uuid,
      );
    };
    expect(await listed()).toEqual(shown as never);
    expect((await ask(key, 'GET /venues')).status).toBe(200);
    await eventually(async () => (await listed())!.last_used_at !== null);

    expect((await ask(tokenOf('host'), `DELETE /api-keys/${shown.uuid}`)).status).toBe(204);
    nowMs += 1001;
    const refused = await ask(key, 'GET /venues');
    expect([refused.status, refused.json.error]).toEqual([401, 'unauthorized']);
    expect(refused.headers.get('WWW-Authenticate')).toContain('error="invalid_token"');
    expect(await listed()).toMatchObject({ revoked_at: expect.any(String) });
    // Again it changes nothing.
    const { revoked_at } = (await listed()) as never as { revoked_at: string };
    expect((await ask(tokenOf('host'), `DELETE /api-keys/${shown.uuid}`)).status).toBe(204);
    expect(await listed()).toMatchObject({ revoked_at });
  });

  test('is in no row and in no line of the log', async () => {
    const { json } = await make(tokenOf('host'), { name: 'Secret', scopes: ['read'] });
    const key = json.key as string;
    await ask(key, 'GET /venues');
    await ask(tokenOf('host'), `DELETE /api-keys/${json.uuid}`);
    nowMs += 1001;
    await ask(key, 'GET /venues');
    const secret = key.slice(12, 40);
    const tables = await database.sql<{ name: string }[]>`
      select table_name as name from information_schema.tables where table_schema = 'public'`;
    for (const { name } of tables) {
      const rows = await database.sql.unsafe(`select t::text as row from "${name}" t where t::text like '%${secret}%'`);
      expect([name, rows.length]).toEqual([name, 0]);
    }
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => line.includes(secret))).toEqual([]);
  });

  test('with manage makes others with no more rights than it has, and for no other organiser', async () => {
    const manager = tokenOf('a key that manages');
    expect(await make(manager, { name: 'x', scopes: ['read'] })).toMatchObject({ status: 201 });
    const more = await make(manager, { name: 'x', scopes: ['read', 'sell'] });
    expect(more).toMatchObject({ status: 403, json: { message: expect.stringContaining('sell') } });
    const { rival } = actors.organisers;
    expect(await make(manager, { name: 'x', scopes: ['read'], organiser_uuid: rival })).toMatchObject({ status: 404 });
    const given = await make(tokenOf('admin'), { name: 'x', scopes: ['sell'], organiser_uuid: rival });
    expect(given).toMatchObject({ status: 201, json: { organiser_uuid: rival } });
    const unknown = { name: 'x', scopes: ['read'], organiser_uuid: crypto.randomUUID() };
    expect(await make(tokenOf('admin'), unknown)).toMatchObject({
      status: 404,
      json: { error: 'organiser_not_found' },
    });
  });

  test('with manage revokes only keys whose scopes it has, and itself', async () => {
    const { key: manager, uuid: own } = (await make(tokenOf('host'), { name: 'x', scopes: ['read', 'manage'] }))
      .json as { key: string; uuid: string };
    const keyWith = async (...scopes: string[]) =>
      (await make(tokenOf('host'), { name: 'x', scopes })).json.uuid as string;
    const revoked = async (uuid: string) => {
      const { status, json } = await ask(manager, `DELETE /api-keys/${uuid}`);
      return [status, json.message];
    };
    const stronger = await keyWith('read', 'sell');
    expect(await revoked(stronger)).toEqual([
      403,
      'The API key lacks the scope sell: it makes and revokes only keys whose scopes it has',
    ]);
    expect(await ask(tokenOf('host'), `DELETE /api-keys/${stronger}`)).toMatchObject({ status: 204 });
    expect(await revoked(await keyWith('read'))).toEqual([204, undefined]);
    expect(await revoked(own)).toEqual([204, undefined]);
  });

  test.each([
    [{ name: '', scopes: ['read'] }, 'name'],
    [{ name: 'x', scopes: [] }, 'scopes'],
    [{ name: 'x', scopes: ['all'] }, 'scopes.0'],
    [{ name: 'x', scopes: ['read'], organiser_uuid: 'x' }, 'organiser_uuid'],
  ])('asked for by %j is refused by the field %s', async (body, path) => {
    const refused = await make(tokenOf('host'), body);
    expect(refused).toMatchObject({ status: 400, json: { issues: [{ path }] } });
  });
});
