import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { makeEvent } from '../../shared/testing/factories.ts';
import { makeApiKey } from '../../shared/testing/organisers.ts';
import { secretToken } from '../../shared/testing/tokens.ts';
import { callerOf, checkedApp, makeActors } from './organisers.harness.ts';

const hosts = ['host', 'rival', 'platform'] as const;
type Host = (typeof hosts)[number];

let database: TestDatabase;
let actors: Awaited<ReturnType<typeof makeActors>>;
let ask: ReturnType<typeof callerOf>;

beforeAll(async () => {
  database = await testDatabase();
  actors = await makeActors(database);
  ask = callerOf(checkedApp(database));
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

  test.each(['venues', 'performers', 'own-events', 'api-keys'])(
    'does not tell whether another organiser has a thing: %s',
    async (list) => {
      const hosts = await makeThings('/venues');
      const { uuid } = (await ask(tokenOf('host'), 'POST /performers', { body: performer })).json;
      const event = { name: 'Gala', venue_uuid: hosts.host, date: '2099-01-01T00:00:00Z' };
      const draft = (await ask(tokenOf('host'), 'POST /events', { body: event })).json.uuid;
      const key = (await ask(tokenOf('host'), 'POST /api-keys', { body: { name: 'k', scopes: ['read'] } })).json.uuid;
      const cursor = { venues: hosts.host, performers: uuid, 'own-events': draft, 'api-keys': key }[list];
      const statusFor = async (who: string) => (await ask(tokenOf(who), `GET /${list}?cursor=${cursor}`)).status;
      expect([await statusFor('host'), await statusFor('rival')]).toEqual([200, 400]);
      const plans = (who: string, venueUuid: string) =>
        ask(tokenOf(who), `GET /venues/${venueUuid}/plans?cursor=${crypto.randomUUID()}`);
      expect((await plans('host', hosts.host)).status).toBe(400);
    },
  );
});

describe('an Idempotency-Key', () => {
  test('of a person is another one for each organiser, and for them as a buyer', async () => {
    const sub = crypto.randomUUID();
    const headers = { 'Idempotency-Key': crypto.randomUUID() };
    const made = async (claims: object) =>
      ask(await secretToken({ sub, ...claims }), 'POST /venues', { body: venue, headers });
    const { host, rival } = actors.organisers;
    for (const organiser of [host, rival]) {
      expect(await made({ organiser })).toMatchObject({ status: 201, json: { organiser_uuid: organiser } });
    }
    expect(await made({ scope: 'organiser' })).toMatchObject({ status: 201, json: { organiser_uuid: null } });
    expect((await made({})).status).toBe(403);
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
      expect((await ask(undefined, `HEAD ${path}`)).status).toBe(200);
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
