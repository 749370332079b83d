import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Suite } from './suite.ts';

export function badInputCases(suite: Suite): void {
  const uuid = randomUUID();
  const good = { ticket_uuid: uuid, user_uuid: uuid, payment_method_uuid: uuid };

  /** A 4xx of this status with `{error, message}` and nothing internal in it. */
  async function refused(response: Response, status: number, message?: string) {
    const text = await response.text();
    expect({ status: response.status, text }).toMatchObject({ status });
    const body = JSON.parse(text) as { error: string; message: string };
    expect(body).toMatchObject({ error: expect.stringMatching(/^[a-z_]+$/), message: message ?? expect.any(String) });
    expect(text).not.toMatch(/node_modules|\.ts:|select |postgres|stack/i);
    return body;
  }

  const bodies: Record<string, unknown> = {
    'not JSON': '{"ticket_uuid":',
    'nothing at all': '',
    'a text': '"x"',
    'a number': '42',
    null: 'null',
    'an array': [good],
    'an empty object': {},
    'no ticket': { ...good, ticket_uuid: undefined },
    'no user': { ...good, user_uuid: undefined },
    'an empty user': { ...good, user_uuid: '' },
    'an id that is no uuid': { ...good, ticket_uuid: 'A1' },
    'an id with more behind it': { ...good, ticket_uuid: `${uuid}'--` },
    'a number for an id': { ...good, user_uuid: 7 },
    'an array for an id': { ...good, user_uuid: [uuid] },
    'an object for an id': { ...good, user_uuid: { $ne: '' } },
    'a NUL byte': JSON.stringify({ ...good, user_uuid: `${uuid.slice(0, 35)}\0` }),
  };

  for (const [name, body] of Object.entries(bodies)) {
    test(`a body with ${name} is a 400`, async () => {
      for (const path of [suite.api.paths.reserve, suite.api.paths.confirm]) {
        await refused(await suite.api.post(path, body), 400, 'Invalid request payload');
      }
    });
  }

  test('confirm without a payment method is a 400 that names it', async () => {
    const response = await suite.api.post(suite.api.paths.confirm, { ticket_uuid: uuid, user_uuid: uuid });
    expect(await refused(response, 400, 'Invalid request payload')).toMatchObject({
      issues: [{ path: 'payment_method_uuid', message: expect.any(String) }],
    });
  });

  test('a wrong content type is a 400', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) {
      const response = await suite.api.post(suite.api.paths.reserve, good, { 'Content-Type': type });
      await refused(response, 400, 'Invalid request payload');
    }
  });

  test('a body of 3 MB is a 413, with or without a Content-Length', async () => {
    const body = JSON.stringify({ ...good, more: 'x'.repeat(3_000_000) });
    await refused(await suite.api.post(suite.api.paths.reserve, body), 413);
    const stream = new Blob([body]).stream();
    const response = await fetch(`${suite.target.booking}${suite.api.paths.reserve}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: stream,
      duplex: 'half',
    } as RequestInit);
    await refused(response, 413);
  });

  const queries = [
    'page=0',
    'page=-1',
    'page=x',
    'page=1.5',
    'page=',
    'page=1e3',
    'page=1&page=2',
    'page=99999999999999999999',
    'size=0',
    'size=101',
    'size=x',
    'q=%00',
    `q=${'x'.repeat(2000)}`,
    'cursor=x',
    'page=1001&size=10',
  ];
  for (const query of queries) {
    test(`a search with ${query.slice(0, 40)} is a 400`, async () => {
      await refused(await suite.api.search(`?${query}`), 400);
    });
  }

  for (const query of ['limit=0', 'limit=101', 'limit=x', 'cursor=x', 'cursor=', 'cursor=%00']) {
    test(`a list with ${query} is a 400`, async () => {
      await refused(await suite.api.list(`?${query}`), 400);
    });
  }

  test('an unknown route is a 404, an unknown method a 405 that names the known ones', async () => {
    for (const base of [suite.target.events, suite.target.booking, suite.target.search]) {
      await refused(await fetch(`${base}/api/v1/nothing`), 404);
      await refused(await fetch(`${base}/%00`), 404);
    }
    const reserve = await fetch(`${suite.target.booking}${suite.api.paths.reserve}`);
    expect(reserve.headers.get('allow')).toBe('POST');
    await refused(reserve, 405);
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      const response = await fetch(`${suite.target.search}${suite.api.paths.search}`, { method });
      expect(response.headers.get('allow')).toBe('GET, HEAD');
      await refused(response, 405);
    }
  });

  test('a refused request has changed nothing', async () => {
    const { event, seats } = await suite.api.freeSeats(1);
    const ticket_uuid = seats[0]!.uuid;
    await refused(await suite.api.post(suite.api.paths.reserve, { ticket_uuid, user_uuid: 'x' }), 400);
    await refused(await suite.api.post(suite.api.paths.confirm, { ticket_uuid, user_uuid: uuid }), 400);
    expect(await suite.api.status(event.uuid, ticket_uuid)).toBe('available');
  });
}
