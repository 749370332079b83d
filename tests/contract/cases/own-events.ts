import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { example } from '../../../shared/http/schemas.ts';
import { eventually } from '../../../shared/testing/eventually.ts';
import type { Suite } from './suite.ts';

type Told = { status: number; json: Record<string, unknown>; etag: string };

/** Events of organisers and their presales, on a platform that checks no tokens. */
export function ownEventCases(suite: Suite): void {
  async function send(
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Told> {
    const response = await fetch(`${suite.target.events}/api/v1/management${path}`, {
      method,
      headers: {
        ...(method === 'POST' && { 'Idempotency-Key': randomUUID() }),
        ...(body && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, json: text ? JSON.parse(text) : {}, etag: response.headers.get('etag') ?? '' };
  }
  // Far away, so that no other case meets it.
  const draft = (name: string) => ({
    name,
    venue_uuid: example.venue,
    date: '2090-06-01T19:30:00+02:00',
    on_sale_from: '2090-01-01T00:00:00Z',
  });
  const made = async (name = `Gala ${randomUUID()}`) =>
    (await send('POST', '/events', draft(name))).json.uuid as string;
  const window = { name: 'Fans', starts_at: '2089-12-01T00:00:00Z', ends_at: '2089-12-02T00:00:00Z' };
  const found = async (name: string) => {
    const { events } = (await (await suite.api.search(`?q=${encodeURIComponent(name)}&size=50`)).json()) as {
      events: { name: string }[];
    };
    return events.some((event) => event.name === name);
  };

  test('an event is a draft, changed from the version that was seen, and everybody’s once it is published', async () => {
    const name = `Premiere ${randomUUID()}`;
    const key = { 'Idempotency-Key': randomUUID() };
    const { status, json } = await send('POST', '/events', draft(name), key);
    expect([status, json]).toMatchObject([201, { name, status: 'draft', sequence: 0 }]);
    expect((await send('POST', '/events', draft(name), key)).json).toEqual(json);
    expect((await send('POST', '/events', draft('another'), key)).status).toBe(422);
    const uuid = json.uuid as string;
    expect((await send('GET', `/events/${uuid}/live`)).status).toBe(404);
    const seen = await send('GET', `/events/${uuid}/settings`);
    expect([seen.status, seen.json]).toEqual([200, json]);
    const change = (headers: Record<string, string>) => send('PATCH', `/events/${uuid}`, { genre: 'Opera' }, headers);
    expect([(await change({})).status, (await change({ 'If-Match': '"old"' })).status]).toEqual([428, 412]);
    expect(await change({ 'If-Match': seen.etag })).toMatchObject({ status: 200, json: { genre: 'Opera' } });
    expect(await found(name)).toBe(false);
    expect(await send('POST', `/events/${uuid}/publish`)).toMatchObject({ status: 200, json: { status: 'published' } });
    expect((await send('POST', `/events/${uuid}/publish`)).status).toBe(409);
    expect((await send('GET', `/events/${uuid}`)).json).toMatchObject({
      name,
      genre: 'Opera',
      on_sale: { state: 'not_yet' },
    });
    await eventually(async () => expect(await found(name)).toBe(true), 20_000);
    expect((await send('DELETE', `/events/${uuid}`)).status).toBe(409);
    const fixed = await send('PATCH', `/events/${uuid}`, { date: '2091-01-01T00:00:00Z' }, { 'If-Match': '*' });
    expect([fixed.status, fixed.json]).toMatchObject([
      409,
      { error: 'event_member_fixed', issues: [{ path: 'date' }] },
    ]);
  });

  test('a draft is listed for its organiser, and deleted', async () => {
    const uuid = await made();
    const { json } = await send('GET', '/own-events?status=draft&limit=1');
    expect(json).toMatchObject({ events: [{ uuid }] });
    expect((await send('DELETE', `/events/${uuid}`)).status).toBe(204);
    expect((await send('DELETE', `/events/${uuid}`)).status).toBe(404);
    expect((await send('GET', '/own-events?cursor=x')).status).toBe(400);
  });

  test('what is wrong with an event is told by its member', async () => {
    const wrong = { ...draft(''), date: 'tomorrow', venue_uuid: 'x', image_url: 'ftp://x', seats: 1 };
    const { status, json } = await send('POST', '/events', wrong);
    const paths = (json.issues as { path: string }[]).map(({ path }) => path).sort();
    expect([status, paths]).toEqual([400, ['date', 'image_url', 'name', 'seats', 'venue_uuid']]);
  });

  test('a presale has codes, chosen and made', async () => {
    const event = await made();
    const presale = (await send('POST', `/events/${event}/presales`, window)).json.uuid as string;
    expect((await send('GET', `/events/${event}/presales`)).json).toMatchObject({ presales: [{ uuid: presale }] });
    const { etag } = await send('GET', `/presales/${presale}`);
    const changed = await send('PATCH', `/presales/${presale}`, { name: 'Club' }, { 'If-Match': etag });
    expect(changed).toMatchObject({ status: 200, json: { name: 'Club' } });
    expect((await send('POST', `/presales/${presale}/codes`, { codes: ['club-2089'] })).status).toBe(201);
    expect((await send('POST', `/presales/${presale}/codes`, { codes: ['CLUB-2089'] })).status).toBe(409);
    const { json } = await send('POST', `/presales/${presale}/codes`, { count: 2, max_uses: 3 });
    const [code] = json.codes as { uuid: string }[];
    expect((await send('DELETE', `/codes/${code!.uuid}`)).status).toBe(204);
    const listed = (await send('GET', `/presales/${presale}/codes`)).json.codes as {
      code: string;
      withdrawn_at: string;
    }[];
    expect(listed.map((one) => [one.code.length, one.withdrawn_at !== null])).toEqual([
      [9, false],
      [8, true],
      [8, false],
    ]);
    expect((await send('DELETE', `/presales/${presale}`)).status).toBe(204);
    expect((await send('GET', `/presales/${presale}/codes`)).status).toBe(404);
  });

  test('a cancelled event takes no presale, and none of its own is changed', async () => {
    const event = await made();
    const presale = (await send('POST', `/events/${event}/presales`, window)).json.uuid as string;
    await send('POST', `/events/${event}/publish`);
    const headers = { 'Idempotency-Key': randomUUID() };
    expect((await suite.api.post(`/api/v1/booking/events/${event}/cancel`, {}, headers)).status).toBe(202);
    const { etag } = await send('GET', `/presales/${presale}`);
    for (const refused of [
      await send('POST', `/events/${event}/presales`, window),
      await send('PATCH', `/presales/${presale}`, { name: 'Club' }, { 'If-Match': etag }),
      await send('POST', `/presales/${presale}/codes`, { count: 1 }),
    ]) {
      expect(refused).toMatchObject({ status: 409, json: { error: 'event_cancelled' } });
    }
  });

  test.each([
    ['GET', '/events/{}/settings', 'event_not_found'],
    ['PATCH', '/events/{}', 'event_not_found'],
    ['DELETE', '/events/{}', 'event_not_found'],
    ['POST', '/events/{}/publish', 'event_not_found'],
    ['GET', '/events/{}/presales', 'event_not_found'],
    ['POST', '/events/{}/presales', 'event_not_found'],
    ['GET', '/presales/{}', 'presale_not_found'],
    ['PATCH', '/presales/{}', 'presale_not_found'],
    ['DELETE', '/presales/{}', 'presale_not_found'],
    ['GET', '/presales/{}/codes', 'presale_not_found'],
    ['POST', '/presales/{}/codes', 'presale_not_found'],
    ['DELETE', '/codes/{}', 'code_not_found'],
  ])('%s %s of what is not there is a 404, and of no uuid a 400', async (method, path, error) => {
    const bodies: Record<string, object> = {
      'PATCH /events/{}': { name: 'x' },
      'PATCH /presales/{}': { name: 'x' },
      'POST /events/{}/presales': window,
      'POST /presales/{}/codes': { count: 1 },
    };
    const ask = (id: string) =>
      send(method, path.replace('{}', id), bodies[`${method} ${path}`], method === 'PATCH' ? { 'If-Match': '*' } : {});
    const [missing, wrong] = [await ask(randomUUID()), await ask('x')];
    expect([missing.status, missing.json.error, wrong.status]).toEqual([404, error, 400]);
  });

  test('a key that belongs to another request is refused, and so is a presale that was changed since', async () => {
    const uuid = await made();
    const key = { 'Idempotency-Key': randomUUID() };
    const presale = await send('POST', `/events/${uuid}/presales`, window, key);
    const one = `/presales/${presale.json.uuid}`;
    for (const [path, body] of [
      [`/events/${uuid}/presales`, { ...window, name: 'Others' }],
      [`/events/${uuid}/publish`],
      [`${one}/codes`, { count: 1 }],
    ] as const) {
      const { status, json } = await send('POST', path, body, key);
      expect([path, status, json.error]).toEqual([path, 422, 'idempotency_key_reused']);
    }
    expect((await send('PATCH', one, { name: 'x' })).status).toBe(428);
    expect((await send('PATCH', one, { name: 'x' }, { 'If-Match': '"old"' })).status).toBe(412);
    expect((await send('GET', `/own-events?organiser=${randomUUID()}`)).status).toBe(404);
  });
}
