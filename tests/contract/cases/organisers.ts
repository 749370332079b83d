import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Suite } from './suite.ts';

type Thing = { uuid: string };
type Json = Record<string, unknown> & Thing;

/** The work of organisers, where no tokens are checked: everybody is the platform's organiser. */
export function organiserCases(suite: Suite): void {
  const prefix = '/api/v1/management';

  async function ask(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
    const response = await fetch(`${suite.target.events}${prefix}${path}`, {
      method,
      headers: { ...(body && { 'Content-Type': 'application/json' }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, json: (text ? JSON.parse(text) : {}) as Json };
  }

  const post = (path: string, body: object, key: string = randomUUID()) =>
    ask('POST', path, body, { 'Idempotency-Key': key });
  const refused = ({ status, json }: { status: number; json: Json }) => [status, json.error];
  const venue = { name: 'A hall', city: 'Berlin', country: 'DE', time_zone: 'Europe/Berlin' };

  test.each([
    ['/organisers', { name: 'An organiser' }],
    ['/venues', venue],
    ['/performers', { name: 'An orchestra' }],
  ])('POST %s makes one thing under one key, and refuses another under it', async (path, body) => {
    const key = randomUUID();
    const [first, again] = [await post(path, body, key), await post(path, body, key)];
    expect([first.status, again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 201, 'true']);
    expect(again.json).toEqual(first.json);
    expect(first.headers.get('location')).toBe(`${prefix}${path}/${first.json.uuid}`);
    expect(refused(await post(path, { ...body, name: 'Another' }, key))).toEqual([422, 'idempotency_key_reused']);
    expect(refused(await post(path, { ...body, name: '' }))).toEqual([400, 'invalid_request']);
    expect(refused(await ask('POST', path, body))).toEqual([400, 'invalid_request']);
    await post(path, body);
    const listed = await ask('GET', `${path}?limit=1`);
    expect(listed).toMatchObject({ status: 200, json: { next_cursor: expect.any(String) } });
    expect(refused(await ask('GET', `${path}?cursor=${randomUUID()}`))).toEqual([400, 'invalid_request']);
  });

  test.each([
    ['/venues', venue, { city: 'Potsdam' }],
    ['/performers', { name: 'A singer', age: 30 }, { age: null }],
  ])('a thing of %s is seen, changed by its ETag, and deleted', async (path, body, patch) => {
    const { json } = await post(path, body);
    const one = `${path}/${json.uuid}`;
    const seen = await ask('GET', one);
    expect([seen.status, seen.json]).toEqual([200, json]);
    const etag = seen.headers.get('etag')!;
    const changed = await ask('PATCH', one, patch, { 'If-Match': etag });
    expect(changed).toMatchObject({ status: 200, json: patch });
    const after = await ask('GET', one);
    expect([after.json, after.headers.get('etag')]).toEqual([changed.json, changed.headers.get('etag')]);
    const type = { 'Content-Type': 'application/merge-patch+json' };
    expect(refused(await ask('PATCH', one, patch, { ...type, 'If-Match': etag }))).toEqual([
      412,
      'precondition_failed',
    ]);
    expect(refused(await ask('PATCH', one, patch, type))).toEqual([428, 'precondition_required']);
    expect(refused(await ask('PATCH', one, { name: null }, { 'If-Match': '*' }))).toEqual([400, 'invalid_request']);
    expect((await ask('DELETE', one)).status).toBe(204);
    for (const gone of [
      await ask('GET', one),
      await ask('PATCH', one, patch, { 'If-Match': '*' }),
      await ask('DELETE', one),
    ]) {
      expect(refused(gone)).toEqual([404, path === '/venues' ? 'venue_not_found' : 'performer_not_found']);
    }
    for (const method of ['GET', 'DELETE']) {
      expect(refused(await ask(method, `${path}/x`))).toEqual([400, 'invalid_request']);
    }
  });

  test('what an event uses is not deleted', async () => {
    const { event } = await suite.api.freeSeats(1);
    expect(refused(await ask('DELETE', `/venues/${event.venue.uuid}`))).toEqual([409, 'venue_in_use']);
    const performer = event.performers[0]!;
    expect(refused(await ask('DELETE', `/performers/${performer.uuid}`))).toEqual([409, 'performer_in_use']);
    expect((await ask('GET', `/performers/${performer.uuid}`)).json).toMatchObject({ name: performer.name });
  });

  test('an API key is shown once, listed without itself, and revoked', async () => {
    const made = await ask('POST', '/api-keys', { name: 'A shop', scopes: ['read', 'manage'] });
    const { key, ...shown } = made.json as Json & { key: string };
    expect([made.status, key]).toEqual([201, expect.stringMatching(/^osk_/)]);
    expect(shown).toMatchObject({ organiser_uuid: null, last_used_at: null, revoked_at: null });
    const listed = await ask('GET', '/api-keys?limit=1');
    expect(listed).toMatchObject({ status: 200, json: { api_keys: [shown] } });
    expect(JSON.stringify(listed.json)).not.toContain(key);
    expect((await ask('DELETE', `/api-keys/${shown.uuid}`)).status).toBe(204);
    expect((await ask('GET', '/api-keys?limit=1')).json.api_keys).toMatchObject([{ revoked_at: expect.any(String) }]);
    expect(refused(await ask('DELETE', `/api-keys/${randomUUID()}`))).toEqual([404, 'api_key_not_found']);
    expect(refused(await ask('DELETE', '/api-keys/x'))).toEqual([400, 'invalid_request']);
    expect(refused(await ask('POST', '/api-keys', { name: 'x', scopes: [] }))).toEqual([400, 'invalid_request']);
    const ofOther = { name: 'x', scopes: ['read'], organiser_uuid: randomUUID() };
    expect(refused(await ask('POST', '/api-keys', ofOther))).toEqual([404, 'organiser_not_found']);
  });

  test('the audit log tells of each change, the newest first', async () => {
    const { json } = await post('/venues', venue);
    await ask('PATCH', `/venues/${json.uuid}`, { city: null }, { 'If-Match': '*' });
    const { entries } = (await ask('GET', `/audit-log?thing=venue&thing_uuid=${json.uuid}`)).json;
    expect(entries).toMatchObject([
      {
        ...{ action: 'venue.changed', actor: { type: 'anyone', uuid: null }, organiser_uuid: null },
        before: { city: 'Berlin', location: 'A hall, Berlin' },
        after: { city: null, location: 'A hall' },
      },
      { action: 'venue.created', thing: { type: 'venue', uuid: json.uuid }, before: null },
    ]);
    expect(refused(await ask('GET', '/audit-log?to=now'))).toEqual([400, 'invalid_request']);
  });

  test('another organiser’s lists are a 404', async () => {
    for (const path of ['/venues', '/performers', '/api-keys', '/audit-log']) {
      const asked = await ask('GET', `${path}?organiser=${randomUUID()}`);
      expect([path, ...refused(asked)]).toEqual([path, 404, 'organiser_not_found']);
    }
    for (const path of ['/api-keys', '/organisers', '/venues', '/performers']) {
      expect(refused(await ask('GET', `${path}?limit=0`))).toEqual([400, 'invalid_request']);
    }
  });
}
