import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createLog } from '../../shared/process/log.ts';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { makeEvent } from '../../shared/testing/factories.ts';
import { makeApiKey } from '../../shared/testing/organisers.ts';
import { secretToken } from '../../shared/testing/tokens.ts';
import { callerOf, checkedApp, makeActors, testAddress } from './organisers.harness.ts';

const hosts = ['host', 'rival', 'platform'] as const;
type Host = (typeof hosts)[number];

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

type Who = keyof typeof actors.tokens;
const tokenOf = (who: string) => actors.tokens[who as Who];
const venue = { name: 'A hall', time_zone: 'Europe/Berlin' };
const performer = { name: 'An orchestra' };

/** A thing of each host, by uuid. */
async function makeThings(path: '/venues' | '/performers'): Promise<Record<Host, string>> {
  const body = path === '/venues' ? venue : performer;
  const made = {} as Record<Host, string>;
  for (const host of hosts) {
    const { status, json } = await ask(tokenOf(host), `POST ${path}`, { body });
    expect([status, json.organiser_uuid]).toEqual([201, actors.organisers[host]]);
    made[host] = json.uuid as string;
  }
  return made;
}

type Row = {
  who: string;
  /** Statuses for the things of the host, the rival and the platform. */
  sees: number[];
  changes: number[];
  /** Whose things a list shows that names no organiser, or its status. */
  lists: Host[] | number;
  /** Whose a new thing is, or the status. */
  makes: Host | number;
  /** Whose API keys it may revoke, by status. */
  revokes: number[];
  /** The status of what is for administrators. */
  administers: number;
};

const no = [403, 403, 403];
const rows: Row[] = [
  { who: 'buyer', sees: no, changes: no, lists: 403, makes: 403, revokes: no, administers: 403 },
  {
    who: 'host',
    ...{ sees: [200, 404, 200], changes: [200, 404, 404], lists: ['host'], makes: 'host' },
    ...{ revokes: [204, 404, 404], administers: 403 },
  },
  {
    who: 'rival',
    ...{ sees: [404, 200, 200], changes: [404, 200, 404], lists: ['rival'], makes: 'rival' },
    ...{ revokes: [404, 204, 404], administers: 403 },
  },
  {
    who: 'a person of an unknown organiser',
    ...{ sees: [404, 404, 200], changes: [404, 404, 404], lists: [], makes: 403 },
    ...{ revokes: [404, 404, 404], administers: 403 },
  },
  {
    who: 'platform',
    ...{ sees: [404, 404, 200], changes: [404, 404, 200], lists: ['platform'], makes: 'platform' },
    ...{ revokes: [404, 404, 204], administers: 403 },
  },
  {
    who: 'admin',
    ...{ sees: [200, 200, 200], changes: [200, 200, 200], lists: [...hosts], makes: 'platform' },
    ...{ revokes: [204, 204, 204], administers: 200 },
  },
  {
    who: 'a key that reads',
    ...{ sees: [200, 404, 200], changes: [403, 404, 404], lists: ['host'], makes: 403 },
    ...{ revokes: [403, 404, 404], administers: 403 },
  },
  {
    who: 'a key that sells',
    ...{ sees: no, changes: [403, 404, 404], lists: 403, makes: 403 },
    ...{ revokes: [403, 404, 404], administers: 403 },
  },
  {
    who: 'a key that manages',
    ...{ sees: [200, 404, 200], changes: [200, 404, 404], lists: ['host'], makes: 'host' },
    ...{ revokes: [204, 404, 404], administers: 403 },
  },
  {
    who: 'a key of the platform',
    ...{ sees: [404, 404, 200], changes: [404, 404, 200], lists: ['platform'], makes: 'platform' },
    ...{ revokes: [404, 404, 204], administers: 403 },
  },
];

describe.each(rows)('$who', ({ who, sees, changes, lists, makes, revokes, administers }) => {
  const each = (things: Record<Host, string>, work: (uuid: string) => Promise<{ status: number }>) =>
    Promise.all(hosts.map(async (host) => (await work(things[host])).status));

  test.each(['/venues', '/performers'] as const)(
    'sees, changes, lists and makes %s as the table says',
    async (path) => {
      const things = await makeThings(path);
      const token = tokenOf(who);
      const any = { 'If-Match': '*' };
      expect(await each(things, (uuid) => ask(token, `GET ${path}/${uuid}`))).toEqual(sees);
      const patch = { body: { name: 'Another' }, headers: any };
      expect(await each(things, (uuid) => ask(token, `PATCH ${path}/${uuid}`, patch))).toEqual(changes);

      const listed = await ask(token, `GET ${path}?limit=100`);
      if (typeof lists === 'number') expect(listed.status).toBe(lists);
      else {
        const owners = (listed.json[path.slice(1)] as { organiser_uuid: string | null }[]).map(
          (one) => one.organiser_uuid,
        );
        expect(new Set(owners)).toEqual(new Set(lists.map((host) => actors.organisers[host])));
      }
      const made = await ask(token, `POST ${path}`, { body: path === '/venues' ? venue : performer });
      if (typeof makes === 'number') expect(made.status).toBe(makes);
      else expect([made.status, made.json.organiser_uuid]).toEqual([201, actors.organisers[makes]]);

      const gone = changes.map((status) => (status === 200 ? 204 : status));
      expect(await each(things, (uuid) => ask(token, `DELETE ${path}/${uuid}`))).toEqual(gone);
    },
  );

  test('revokes API keys, and administers, as the table says', async () => {
    const keys = {} as Record<Host, string>;
    for (const host of hosts) {
      const organiserUuid = actors.organisers[host];
      keys[host] = (await makeApiKey(database.sql, { organiserUuid, scopes: ['read'] })).uuid;
    }
    const token = tokenOf(who);
    expect(await each(keys, (uuid) => ask(token, `DELETE /api-keys/${uuid}`))).toEqual(revokes);
    const made = await ask(token, 'POST /organisers', { body: { name: 'A new one' } });
    expect(made.status).toBe(administers === 200 ? 201 : administers);
    expect((await ask(token, 'GET /organisers')).status).toBe(administers);
  });
});

describe('a list', () => {
  test('shows the platform’s venues to every organiser, and another’s things to none', async () => {
    await makeThings('/venues');
    const shown = await ask(tokenOf('host'), 'GET /venues?organiser=platform&limit=1');
    expect(shown).toMatchObject({ status: 200, json: { venues: [{ organiser_uuid: null }] } });
    const { rival } = actors.organisers;
    for (const path of ['/venues', '/performers', '/api-keys', '/audit-log']) {
      const refused = await ask(tokenOf('host'), `GET ${path}?organiser=${rival}`);
      expect([path, refused.status, refused.json.error]).toEqual([path, 404, 'organiser_not_found']);
      expect((await ask(tokenOf('admin'), `GET ${path}?organiser=${rival}`)).status).toBe(200);
    }
    for (const path of ['/api-keys', '/audit-log']) {
      expect((await ask(tokenOf('host'), `GET ${path}?organiser=platform`)).status).toBe(404);
    }
  });

  test('goes on where its cursor says, and refuses one that it has not given out', async () => {
    for (let n = 0; n < 3; n++) await ask(tokenOf('rival'), 'POST /performers', { body: { name: `No ${n}` } });
    const names: unknown[] = [];
    let cursor = '';
    do {
      const { json } = await ask(tokenOf('rival'), `GET /performers?limit=2${cursor && `&cursor=${cursor}`}`);
      names.push(...(json.performers as { name: string }[]).map(({ name }) => name));
      cursor = (json.next_cursor as string) ?? '';
    } while (cursor);
    expect(names.slice(0, 3)).toEqual(['No 2', 'No 1', 'No 0']);
    const [{ count }] = (await database.sql`select count(*)::int as count from performers p
      join organisers o on o.id = p.organiser_id where o.uuid = ${actors.organisers.rival}`) as never as [
      { count: number },
    ];
    expect(names).toHaveLength(count);
    const forged = await ask(tokenOf('rival'), `GET /performers?cursor=${crypto.randomUUID()}`);
    expect(forged).toMatchObject({ status: 400, json: { issues: [{ path: 'cursor' }] } });
    expect((await ask(tokenOf('rival'), 'GET /audit-log?cursor=x')).status).toBe(400);
  });
});

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
    const refused = await ask(tokenOf('host'), 'GET /audit-log?from=yesterday');
    expect(refused).toMatchObject({ status: 400, json: { issues: [{ path: 'from' }] } });
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

describe('a public read', () => {
  test('needs no credentials, and uses those that it is given', async () => {
    const { uuid } = await makeEvent(database.sql);
    for (const path of ['/events', `/events/${uuid}`]) {
      const statuses = [];
      for (const token of [undefined, tokenOf('buyer'), tokenOf('a key that reads')]) {
        statuses.push((await ask(token, `GET ${path}`)).status);
      }
      expect([path, ...statuses]).toEqual([path, 200, 200, 200]);
      const bad = await ask('osk_wrong', `GET ${path}`);
      expect([bad.status, bad.headers.get('WWW-Authenticate')]).toEqual([
        401,
        'Bearer realm="onsale", error="invalid_token"',
      ]);
    }
  });

  test('is open by its own method and path alone', async () => {
    for (const route of ['GET /venues', 'POST /venues', 'PUT /events', 'GET /nothing', 'GET /events/x/nothing']) {
      const asked = await ask(undefined, route);
      expect([route, asked.status, asked.headers.get('WWW-Authenticate')]).toEqual([
        route,
        401,
        'Bearer realm="onsale"',
      ]);
    }
  });

  test('without tokens checked: everybody is the platform’s organiser', async () => {
    const anybody = callerOf(checkedApp(database, { identities: undefined }));
    const token = await secretToken({ sub: crypto.randomUUID(), organiser: actors.organisers.host });
    const made = await anybody(token, 'POST /venues', { body: venue });
    expect(made).toMatchObject({ status: 201, json: { organiser_uuid: null } });
    const { host } = await makeThings('/venues');
    expect((await anybody(undefined, `GET /venues/${host}`)).status).toBe(404);
    expect((await anybody(undefined, 'POST /organisers', { body: { name: 'Of anybody' } })).status).toBe(201);
  });
});
