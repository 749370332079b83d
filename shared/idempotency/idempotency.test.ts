import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { AppError } from '../errors.ts';
import { testDatabase } from '../testing/database.ts';
import {
  type IdempotencyKeys,
  type IdempotentRequest,
  respondOnce as respondBy,
  type StoredResponse,
} from './idempotency.ts';
import { postgresIdempotencyKeys } from './postgres.ts';

let database: Awaited<ReturnType<typeof testDatabase>>;
let keys: IdempotencyKeys;
beforeAll(async () => {
  database = await testDatabase();
  keys = postgresIdempotencyKeys(database.db);
});
afterAll(() => database.drop());

const respondOnce = (of: IdempotencyKeys, request: IdempotentRequest, work: () => Promise<StoredResponse>) =>
  respondBy({ keys: of, sleep: async () => {} }, request, async () => ({ ...(await work()), isFinal: true }));

const some = (more = {}) => ({ scope: 'ann', key: randomUUID(), fingerprint: 'one', ...more });
const codeOf = (work: Promise<unknown>) => work.catch((error: AppError) => error.code);

describe('a request with a key', () => {
  test('is done once; its repetitions get the first response', async () => {
    const request = some();
    let times = 0;
    const work = async () => ({ status: 201, body: `{"times":${++times}}` });
    expect(await respondOnce(keys, request, work)).toEqual({ status: 201, body: '{"times":1}', replayed: false });
    expect(await respondOnce(keys, request, work)).toEqual({ status: 201, body: '{"times":1}', replayed: true });
    expect(times).toBe(1);
  });

  test('is refused while a twin is under way', async () => {
    const request = some();
    const { promise, resolve } = Promise.withResolvers<{ status: number; body: string }>();
    const first = respondOnce(keys, request, () => promise);
    const twins = await Promise.all(
      Array.from({ length: 10 }, () => codeOf(respondOnce(keys, request, () => promise))),
    );
    resolve({ status: 200, body: '1' });
    expect(await first).toMatchObject({ replayed: false });
    expect(new Set(twins)).toEqual(new Set(['request_in_progress']));
  });

  test('of many at once, one is done', async () => {
    const request = some();
    let times = 0;
    const work = async () => ({ status: 200, body: String(++times) });
    await Promise.all(Array.from({ length: 30 }, () => codeOf(respondOnce(keys, request, work))));
    expect(times).toBe(1);
  });

  test('is not another one, nor another user’s', async () => {
    const request = some();
    const work = async () => ({ status: 200, body: '1' });
    await respondOnce(keys, request, work);
    expect(await codeOf(respondOnce(keys, { ...request, fingerprint: 'two' }, work))).toBe('idempotency_key_reused');
    expect(await respondOnce(keys, { ...request, scope: 'bob', fingerprint: 'two' }, work)).toMatchObject({
      replayed: false,
    });
  });

  test('that failed may be made again', async () => {
    const request = some();
    const away = new AppError('unavailable', 'away');
    expect(await codeOf(respondOnce(keys, request, () => Promise.reject(away)))).toBe('unavailable');
    expect(await respondOnce(keys, request, async () => ({ status: 200, body: '1' }))).toMatchObject({
      replayed: false,
    });
  });

  test('whose process died may be made again after a minute, and is forgotten after a day', async () => {
    const request = some();
    const work = async () => ({ status: 200, body: '1' });
    await keys.begin({ ...request, staleMs: 60_000, keptMs: 86_400_000 });
    await database.sql`update idempotency_keys set started_at = now() - interval '59 s' where key = ${request.key}`;
    expect(await codeOf(respondOnce(keys, request, work))).toBe('request_in_progress');
    await database.sql`update idempotency_keys set started_at = now() - interval '61 s' where key = ${request.key}`;
    const again = await Promise.all([1, 2].map(() => codeOf(respondOnce(keys, request, work))));
    expect(again.filter((response) => typeof response === 'object')).not.toEqual([]);
    await database.sql`update idempotency_keys set created_at = now() - interval '25 h' where key = ${request.key}`;
    expect(await respondOnce(keys, { ...request, fingerprint: 'two' }, work)).toMatchObject({ replayed: false });
  });

  test('that has a response keeps it for the day, however long ago it was begun', async () => {
    const request = some();
    const work = async () => ({ status: 200, body: '1' });
    await respondOnce(keys, request, work);
    await database.sql`update idempotency_keys set started_at = now() - interval '23 h', created_at = now() - interval '23 h'
      where key = ${request.key}`;
    expect(await respondOnce(keys, request, work)).toMatchObject({ replayed: true });
  });

  test('is identified by its scope and key alone: finished, suspended and repeated', async () => {
    const [key, other] = [randomUUID(), randomUUID()];
    const requests = [some({ key }), some({ key, scope: 'bob' }), some({ key: other })];
    const begin = (request: IdempotentRequest) => keys.begin({ ...request, staleMs: 60_000, keptMs: 86_400_000 });
    for (const request of requests) expect(await begin(request)).toBe('begun');
    await keys.suspend(requests[0]!);
    expect(await Promise.all(requests.map(begin))).toEqual(['begun', 'under way', 'under way']);
    const responses = requests.map((_, i) => ({ status: 201, body: String(i), location: `/orders/${i}` }));
    for (const i of [1, 0, 2]) await keys.finish(requests[i]!, responses[i]!);
    for (const _ of [1, 2]) {
      expect(await Promise.all(requests.map(begin))).toEqual(responses.map((response) => ({ response })));
    }
  });

  test('leaves nothing to one with the same key after a day', async () => {
    const [first, second] = [some(), { fingerprint: 'two' }];
    const next = { ...first, ...second };
    const begin = (request: IdempotentRequest) => keys.begin({ ...request, staleMs: 60_000, keptMs: 86_400_000 });
    await respondOnce(keys, first, async () => ({ status: 201, body: '1', location: '/orders/1' }));
    await database.sql`update idempotency_keys set created_at = now() - interval '25 h', started_at = now() - interval '25 h'
      where key = ${first.key}`;
    expect([await begin(next), await begin(next), await begin(first)]).toEqual(['begun', 'under way', 'other request']);
    await keys.finish(next, { status: 409, body: '2' });
    expect(await begin(next)).toEqual({ response: { status: 409, body: '2' } });
  });

  test('that has left a location is continued from there for its day, and not after it', async () => {
    const request = some();
    const begin = (of: IdempotentRequest) => keys.begin({ ...of, staleMs: 60_000, keptMs: 86_400_000 });
    await begin(request);
    await keys.suspend(request, '/orders/1');
    expect(await begin(request)).toEqual({ begunAfter: '/orders/1' });
    await keys.suspend(request);
    const told: unknown[] = [];
    const work = async (place?: string) => {
      told.push(place);
      return { status: 202, body: '', isFinal: false };
    };
    for (const of of [request, some()]) await respondBy({ keys, sleep: async () => {} }, of, work);
    expect(told).toEqual(['/orders/1', undefined]);
    await database.sql`update idempotency_keys set created_at = now() - interval '25 h' where key = ${request.key}`;
    expect(await begin(request)).toBe('begun');
  });

  test('that is deleted during the read may be repeated in a moment', async () => {
    const meanwhile = postgresIdempotencyKeys({
      ...database.db,
      gathered: () => async () => undefined as never,
      run: async () => undefined as never,
    });
    expect(await codeOf(respondOnce(meanwhile, some(), async () => ({ status: 200, body: '1' })))).toBe(
      'request_in_progress',
    );
  });

  test('is forgotten a day after it was first made, though it was continued since', async () => {
    const request = some();
    const begin = () => keys.begin({ ...request, staleMs: 60_000, keptMs: 86_400_000 });
    await begin();
    await database.sql`update idempotency_keys set started_at = now() - interval '23 h', created_at = now() - interval '23 h'
      where key = ${request.key}`;
    expect(await begin()).toBe('begun');
    await database.sql`update idempotency_keys set created_at = created_at - interval '2 h' where key = ${request.key}`;
    expect(await begin()).toBe('begun');
    // From here on it is a new one, and is kept as long as any.
    expect(await begin()).toBe('under way');
  });

  test('is deleted after a day, and not before', async () => {
    const [old, young] = [some(), some()];
    for (const request of [old, young]) await respondOnce(keys, request, async () => ({ status: 200, body: '1' }));
    await database.sql`update idempotency_keys set created_at = now() - interval '25 h' where key = ${old.key}`;
    await keys.purge(86_400_000);
    const left = await database.sql`select key from idempotency_keys where key in (${old.key}, ${young.key})`;
    expect(left.map(({ key }) => key)).toEqual([young.key]);
  });

  test('that was suspended is continued by its repetition, and by no other request', async () => {
    const request = some();
    const pending = { status: 202, body: 'pending', isFinal: false };
    const of = { keys, sleep: async () => {} };
    expect(await respondBy(of, request, async () => pending)).toEqual({
      status: 202,
      body: 'pending',
      replayed: false,
    });
    const other = respondBy(of, { ...request, fingerprint: 'two' }, async () => pending);
    expect(await codeOf(other)).toBe('idempotency_key_reused');
    const done = { status: 201, body: 'done', isFinal: true };
    expect(await respondBy(of, request, async () => done)).toMatchObject({ status: 201, replayed: false });
    expect(await respondBy(of, request, async () => pending)).toEqual({ status: 201, body: 'done', replayed: true });
  });

  test('that has a response keeps it, though a late twin suspends it', async () => {
    const request = some();
    const work = async () => ({ status: 200, body: '1' });
    await respondOnce(keys, request, work);
    await keys.suspend(request, '/elsewhere');
    expect(await respondOnce(keys, request, work)).toEqual({ status: 200, body: '1', replayed: true });
  });

  test('whose process died is not taken over by another request under its key', async () => {
    const request = some();
    await keys.begin({ ...request, staleMs: 60_000, keptMs: 86_400_000 });
    await database.sql`update idempotency_keys set started_at = now() - interval '61 s' where key = ${request.key}`;
    const other = { ...request, fingerprint: 'two' };
    expect(await codeOf(respondOnce(keys, other, async () => ({ status: 200, body: '2' })))).toBe(
      'idempotency_key_reused',
    );
    await keys.suspend(other);
    await database.sql`update idempotency_keys set started_at = now() where key = ${request.key}`;
    await keys.suspend(other);
    expect(await codeOf(respondOnce(keys, request, async () => ({ status: 200, body: '1' })))).toBe(
      'request_in_progress',
    );
  });

  test('may be repeated as soon as a database that was away is back', async () => {
    const request = some();
    const away = new AppError('unavailable', 'away');
    let isAway = true;
    const pauses: number[] = [];
    const back = Promise.withResolvers<void>();
    const flaky: IdempotencyKeys = {
      ...keys,
      finish: () => Promise.reject(away),
      suspend: async (of) => {
        if (isAway) throw away;
        await keys.suspend(of);
        back.resolve();
      },
    };
    const sleep = async (ms: number) => {
      pauses.push(ms);
      isAway = pauses.length < 3;
    };
    const work = async () => ({ status: 201, body: '1', isFinal: true });
    expect(await codeOf(respondBy({ keys: flaky, sleep }, request, work))).toBe('unavailable');
    await back.promise;
    expect(pauses).toEqual([100, 150, 225]);
    expect(await respondBy({ keys, sleep }, request, work)).toMatchObject({ status: 201, replayed: false });
  });
});
