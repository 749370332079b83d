import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { organisersOver, type Send } from './organisers.harness.ts';

let database: TestDatabase;
let sql: TestDatabase['sql'];
let api: ReturnType<typeof organisersOver>;
let send: Send;
let event: string;
beforeAll(async () => {
  database = await testDatabase();
  sql = database.sql;
  api = organisersOver(database);
  const mine = await api.organiser();
  send = mine.send;
  const body = {
    name: 'Gala',
    venue_uuid: await api.venue(mine.id),
    date: '2090-06-01T19:30:00Z',
    on_sale_from: '2090-02-01T00:00:00Z',
  };
  event = ((await send('POST', '/events', body)).json as { uuid: string }).uuid;
  await send('POST', `/events/${event}/publish`);
});
afterAll(() => database.drop());

type Code = { uuid: string; code: string; max_uses: number | null; uses: number; withdrawn_at: string | null };
const fans = { name: 'Fans', starts_at: '2090-01-10T10:00:00+01:00', ends_at: '2090-01-12T10:00:00+01:00' };
const made = async (members: object = {}) =>
  ((await send('POST', `/events/${event}/presales`, { ...fans, ...members })).json as { uuid: string }).uuid;
const add = async (presale: string, body: object, headers = {}) => {
  const { status, json } = await send('POST', `/presales/${presale}/codes`, body, headers);
  return { status, codes: (json as { codes: Code[] }).codes };
};
const list = async (presale: string, query = '') =>
  (await send('GET', `/presales/${presale}/codes${query}`)).json as { codes: Code[]; next_cursor: string | null };
const errorOf = ({ status, json }: { status: number; json: unknown }) => [status, (json as { error: string }).error];

/** A reservation by a code, as booking writes it. */
async function reserve(code: string, members: { ageMinutes?: number; released?: boolean; order?: string } = {}) {
  const { ageMinutes = 0, released = false, order } = members;
  const [reservation] = await sql`
    insert into reservations (user_uuid, event_id, total, currency, access_code_id, created_at, released_at)
    select ${randomUUID()}, p.event_id, 1, 'EUR', c.id, now() - ${ageMinutes} * interval '1 minute',
      ${released ? new Date().toISOString() : null}
    from access_codes c join presales p on p.id = c.presale_id where c.uuid = ${code} returning id`;
  if (!order) return;
  await sql`
    insert into orders (user_uuid, status, total, currency, reservation_id)
    values (${randomUUID()}, ${order}, 1, 'EUR', ${reservation!.id})`;
}

describe('a presale', () => {
  test('of a draft that is just being deleted finds no event', async () => {
    const { venue_uuid } = (await send('GET', `/events/${event}/settings`)).json;
    const body = { name: 'Draft', venue_uuid, date: '2090-06-01T19:30:00Z' };
    const { uuid } = (await send('POST', '/events', body)).json;
    const waiting = () => sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    let making: ReturnType<Send> | undefined;
    await sql.begin(async (tx) => {
      await tx`delete from events where uuid = ${uuid as string}`;
      making = send('POST', `/events/${uuid}/presales`, fans);
      while ((await waiting()).length === 0) await Bun.sleep(5);
    });
    expect(errorOf(await making!)).toEqual([404, 'event_not_found']);
  });

  test('of a cancelled event is not made, changed or given codes, and can be taken away', async () => {
    const { venue_uuid } = (await send('GET', `/events/${event}/settings`)).json;
    const body = { name: 'Off', venue_uuid, date: '2090-06-01T19:30:00Z', on_sale_from: '2090-02-01T00:00:00Z' };
    const { uuid } = (await send('POST', '/events', body)).json;
    const [key, codesKey] = [{ 'Idempotency-Key': randomUUID() }, { 'Idempotency-Key': randomUUID() }];
    const before = await send('POST', `/events/${uuid}/presales`, fans, key);
    const at = `/presales/${before.json.uuid}`;
    const { codes } = await add(before.json.uuid as string, { codes: ['FANS'] }, codesKey);
    await sql`update events set status = 'cancelled' where uuid = ${uuid as string}`;
    const refused = [409, 'event_cancelled'];
    expect(errorOf(await send('POST', `/events/${uuid}/presales`, fans))).toEqual(refused);
    expect(errorOf(await send('POST', `${at}/codes`, { codes: ['MORE'] }))).toEqual(refused);
    const match = { 'If-Match': (await send('GET', at)).headers.get('etag')! };
    expect(errorOf(await send('PATCH', at, { name: 'Members' }, match))).toEqual(refused);
    expect((await send('PATCH', at, { name: 'Fans' }, match)).status).toBe(200);
    // The presale that was made before is returned again.
    expect((await send('POST', `/events/${uuid}/presales`, fans, key)).json).toEqual(before.json);
    expect(((await send('GET', `/events/${uuid}/presales`)).json.presales as object[]).length).toBe(1);
    expect((await send('DELETE', `/codes/${codes[0]!.uuid}`)).status).toBe(204);
    expect((await send('DELETE', at)).status).toBe(204);
  });

  test('is made once for each key, listed by its beginning, and on the event’s page', async () => {
    const key = { 'Idempotency-Key': randomUUID() };
    const first = await send('POST', `/events/${event}/presales`, fans, key);
    const { uuid } = first.json as { uuid: string };
    const shown = {
      uuid,
      event_uuid: event,
      name: 'Fans',
      starts_at: '2090-01-10T09:00:00.000Z',
      ends_at: '2090-01-12T09:00:00.000Z',
    };
    expect([first.status, first.json as object]).toEqual([201, shown]);
    expect((await send('POST', `/events/${event}/presales`, fans, key)).headers.get('idempotent-replayed')).toBe(
      'true',
    );
    const earlier = await made({ name: 'Members', starts_at: '2090-01-01T00:00:00Z' });
    const listed = await send('GET', `/events/${event}/presales`);
    expect((listed.json as { presales: { uuid: string }[] }).presales.map((one) => one.uuid)).toEqual([earlier, uuid]);
    const page = (await api.anybody('GET', `/events/${event}`)).json as {
      on_sale: { presales: object[]; state: string };
    };
    expect(page.on_sale).toMatchObject({ state: 'not_yet', presales: [{ name: 'Members' }, { name: 'Fans' }] });
  });

  test('is changed from the version that was seen, and shows on the page at the next look', async () => {
    const uuid = await made();
    const before = await send('GET', `/presales/${uuid}`);
    const match = { 'If-Match': before.headers.get('etag')! };
    expect((await send('PATCH', `/presales/${uuid}`, { name: 'x' })).status).toBe(428);
    const backwards = await send('PATCH', `/presales/${uuid}`, { ends_at: fans.starts_at }, match);
    expect((backwards.json as { issues: object[] }).issues).toEqual([
      { path: 'ends_at', message: 'must be after starts_at' },
    ]);
    const changed = await send('PATCH', `/presales/${uuid}`, { name: 'Early birds' }, match);
    expect([changed.status, (changed.json as { name: string }).name]).toEqual([200, 'Early birds']);
    expect((await send('PATCH', `/presales/${uuid}`, { name: 'y' }, match)).status).toBe(412);
    const page = (await api.anybody('GET', `/events/${event}`)).json as { on_sale: { presales: { name: string }[] } };
    expect(page.on_sale.presales.map(({ name }) => name)).toContain('Early birds');
  });

  test('ends before everybody may buy: else it is refused by the field', async () => {
    const general = '2090-02-01T00:00:00.000Z';
    const then = `the event’s on_sale_from, ${general}: from then on everybody may buy`;
    const late = await send('POST', `/events/${event}/presales`, { ...fans, ends_at: '2090-02-01T00:00:01Z' });
    expect([late.status, late.json.issues]).toEqual([400, [{ path: 'ends_at', message: `must not be after ${then}` }]]);
    const window = { starts_at: general, ends_at: '2090-03-01T00:00:00Z' };
    const after = await send('POST', `/events/${event}/presales`, { ...fans, ...window });
    expect(after.json.issues).toEqual([{ path: 'starts_at', message: `must be before ${then}` }]);
    const uuid = await made({ ends_at: general });
    const moved = await send('PATCH', `/presales/${uuid}`, window, { 'If-Match': '*' });
    expect(moved.json.issues).toEqual(after.json.issues);
    // One from before this rule keeps its window, and may have another name.
    await sql`update presales set ends_at = ${window.ends_at} where uuid = ${uuid}`;
    expect((await send('PATCH', `/presales/${uuid}`, { name: 'x' }, { 'If-Match': '*' })).status).toBe(200);
    expect((await send('DELETE', `/presales/${uuid}`)).status).toBe(204);
  });

  test('lets the event’s general sale begin no sooner than it ends', async () => {
    const { venue_uuid } = (await send('GET', `/events/${event}/settings`)).json;
    const draft = { name: 'Draft', venue_uuid, date: '2090-06-01T19:30:00Z' };
    const { uuid } = (await send('POST', '/events', draft)).json;
    const { json } = await send('POST', `/events/${uuid}/presales`, fans);
    const change = (on_sale_from: string | null) =>
      send('PATCH', `/events/${uuid}`, { on_sale_from }, { 'If-Match': '*' });
    const issues = [
      {
        path: 'on_sale_from',
        message:
          'must be 2090-01-12T09:00:00.000Z or later, when the presale “Fans” ends: first end that sooner, or delete it',
      },
    ];
    expect((await change('2090-01-12T08:59:59Z')).json.issues).toEqual(issues);
    expect((await change('2090-01-12T09:00:00Z')).status).toBe(200);
    expect((await change(null)).json.issues).toEqual(issues);
    expect((await send('DELETE', `/presales/${json.uuid}`)).status).toBe(204);
    expect((await change(null)).status).toBe(200);
  });

  test('is deleted with its codes, unless a seat was reserved by one of them', async () => {
    const [unused, used] = [await made(), await made()];
    await add(unused, { count: 2 });
    const { codes } = await add(used, { count: 1 });
    await reserve(codes[0]!.uuid, { released: true });
    expect((await send('DELETE', `/presales/${unused}`)).status).toBe(204);
    expect(errorOf(await send('GET', `/presales/${unused}`))).toEqual([404, 'presale_not_found']);
    expect(errorOf(await send('DELETE', `/presales/${used}`))).toEqual([409, 'presale_used']);
  });

  test('and its codes are its organiser’s alone', async () => {
    const uuid = await made();
    const { codes } = await add(uuid, { count: 1 });
    const { send: other } = await api.organiser('Others');
    const calls: [string, string, object?][] = [
      ['GET', `/events/${event}/presales`],
      ['POST', `/events/${event}/presales`, fans],
      ['GET', `/presales/${uuid}`],
      ['PATCH', `/presales/${uuid}`, { name: 'x' }],
      ['DELETE', `/presales/${uuid}`],
      ['GET', `/presales/${uuid}/codes`],
      ['POST', `/presales/${uuid}/codes`, { count: 1 }],
      ['DELETE', `/codes/${codes[0]!.uuid}`],
    ];
    const buyer = await api.as({});
    for (const [method, path, body] of calls) {
      const statuses = [other, buyer, api.anybody].map(
        async (one) => (await one(method, path, body, { 'If-Match': '*' })).status,
      );
      expect([method, path, ...(await Promise.all(statuses))]).toEqual([method, path, 404, 403, 401]);
    }
  });
});

describe('access codes', () => {
  test('are made so that nobody guesses or misreads them, and the same again for a repeated request', async () => {
    const presale = await made();
    const key = { 'Idempotency-Key': randomUUID() };
    const { status, codes } = await add(presale, { count: 500, length: 6, max_uses: null }, key);
    expect([status, codes.length, new Set(codes.map(({ code }) => code)).size]).toEqual([201, 500, 500]);
    for (const { code, max_uses, uses } of codes) {
      expect(code).toMatch(/^[A-HJKMNP-Z2-9]{6}$/);
      expect([max_uses, uses]).toEqual([null, 0]);
    }
    expect((await add(presale, { count: 500, length: 6, max_uses: null }, key)).codes).toEqual(codes);
    const [row] = await sql`
      select after::text from audit_log where action = 'presale.codes_added' and thing_uuid = ${presale}`;
    expect(JSON.parse(row!.after)).toEqual({ codes: 500, max_uses: null });
  });

  test('that a process made before it died are found by the repeated request, though they are random', async () => {
    const presale = await made();
    const key = { 'Idempotency-Key': randomUUID() };
    const { codes } = await add(presale, { count: 3 }, key);
    await sql`delete from idempotency_keys where key = ${key['Idempotency-Key']}`;
    expect((await add(presale, { count: 3 }, key)).codes).toEqual(codes);
    expect((await list(presale)).codes).toHaveLength(3);
  });

  test('are chosen, all or none, without regard to case', async () => {
    const presale = await made();
    expect(
      (await add(presale, { codes: [' fans-2031 ', 'FRIENDS'], max_uses: 500 })).codes.map(({ code }) => code),
    ).toEqual(['FANS-2031', 'FRIENDS']);
    const twice = await send('POST', `/presales/${presale}/codes`, { codes: ['NEWS', 'Friends'] });
    expect([twice.status, twice.json as object]).toMatchObject([409, { error: 'code_taken', codes: ['FRIENDS'] }]);
    for (const body of [{ codes: ['abc'] }, { codes: ['same', 'SAME'] }, { count: 0 }, {}, { codes: ['with blank'] }]) {
      expect((await send('POST', `/presales/${presale}/codes`, body)).status).toBe(400);
    }
    expect((await list(presale)).codes).toHaveLength(2);
  });

  test('show how often they are in use: held, being paid for, or bought', async () => {
    const presale = await made();
    const { codes } = await add(presale, { codes: ['USED', 'IDLE'], max_uses: 9 });
    const used = codes[0]!.uuid;
    await reserve(used);
    await reserve(used, { ageMinutes: 60, order: 'paid' });
    await reserve(used, { ageMinutes: 60, order: 'pending' });
    for (const over of [
      { ageMinutes: 60 },
      { released: true },
      { order: 'refunded' },
      { ageMinutes: 60, order: 'failed' },
    ]) {
      await reserve(used, over);
    }
    expect((await list(presale)).codes.map(({ code, uses }) => [code, uses])).toEqual([
      ['USED', 3],
      ['IDLE', 0],
    ]);
  });

  test('are listed page after page, and withdrawn once', async () => {
    const presale = await made();
    const { codes } = await add(presale, { count: 5 });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await list(presale, `?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...page.codes.map(({ uuid }) => uuid));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(codes.map(({ uuid }) => uuid));
    const gone = codes[1]!.uuid;
    const withdraw = () => send('DELETE', `/codes/${gone}`);
    expect([(await withdraw()).status, (await withdraw()).status]).toEqual([204, 204]);
    const withdrawn = (await list(presale)).codes.filter(({ withdrawn_at }) => withdrawn_at !== null);
    expect(withdrawn.map(({ uuid }) => uuid)).toEqual([gone]);
    expect([...(await sql`select action from audit_log where thing_uuid = ${gone}`)]).toEqual([
      { action: 'code.withdrawn' },
    ]);
    expect(errorOf(await send('DELETE', `/codes/${randomUUID()}`))).toEqual([404, 'code_not_found']);
    const other = await made();
    expect((await send('GET', `/presales/${other}/codes?cursor=${gone}`)).status).toBe(400);
  });
});
