import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { testDatabase } from '../testing/database.ts';
import {
  type IdempotencyKeys,
  type IdempotentRequest,
  respondOnce as respondBy,
  type StoredResponse,
  type Turn,
} from './idempotency.ts';
import { finishWithin, postgresIdempotencyKeys } from './postgres.ts';

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
const begin = (request: IdempotentRequest) => keys.begin({ ...request, staleMs: 60_000, keptMs: 86_400_000 });
const begun = { turn: { name: expect.any(String) } };
async function turnOf(request: IdempotentRequest): Promise<Turn> {
  const state = await begin(request);
  if (typeof state === 'string' || !('turn' in state)) throw new Error(`${JSON.stringify(state)}`);
  return state.turn;
}
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
    const turns = await Promise.all(requests.map(turnOf));
    await keys.suspend(requests[0]!, turns[0]!);
    expect(await Promise.all(requests.map(begin))).toEqual([begun, 'under way', 'under way']);
    const responses = requests.map((_, i) => ({ status: 201, body: String(i), location: `/orders/${i}` }));
    for (const i of [1, 0, 2]) await keys.finish(requests[i]!, responses[i]!);
    for (const _ of [1, 2]) {
      expect(await Promise.all(requests.map(begin))).toEqual(responses.map((response) => ({ response })));
    }
  });

  test('leaves nothing to one with the same key after a day', async () => {
    const [first, second] = [some(), { fingerprint: 'two' }];
    const next = { ...first, ...second };
    await respondOnce(keys, first, async () => ({ status: 201, body: '1', location: '/orders/1' }));
    await database.sql`update idempotency_keys set created_at = now() - interval '25 h', started_at = now() - interval '25 h'
      where key = ${first.key}`;
    expect([await begin(next), await begin(next), await begin(first)]).toEqual([begun, 'under way', 'other request']);
    await keys.finish(next, { status: 409, body: '2' });
    expect(await begin(next)).toEqual({ response: { status: 409, body: '2' } });
  });

  test('that has left a location is continued from there for its day, and not after it', async () => {
    const request = some();
    await keys.suspend(request, await turnOf(request), '/orders/1');
    const turn = await turnOf(request);
    expect(turn.location).toBe('/orders/1');
    await keys.suspend(request, turn);
    const told: unknown[] = [];
    const work = async (place?: string) => {
      told.push(place);
      return { status: 202, body: '', isFinal: false };
    };
    for (const of of [request, some()]) await respondBy({ keys, sleep: async () => {} }, of, work);
    expect(told).toEqual(['/orders/1', undefined]);
    await database.sql`update idempotency_keys set created_at = now() - interval '25 h' where key = ${request.key}`;
    expect(await begin(request)).toEqual(begun);
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
    await begin(request);
    await database.sql`update idempotency_keys set started_at = now() - interval '23 h', created_at = now() - interval '23 h'
      where key = ${request.key}`;
    expect(await begin(request)).toEqual(begun);
    await database.sql`update idempotency_keys set created_at = created_at - interval '2 h' where key = ${request.key}`;
    expect(await begin(request)).toEqual(begun);
    // From here on it is a new one, and is kept as long as any.
    expect(await begin(request)).toBe('under way');
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
    const late = await turnOf(request);
    await keys.suspend(request, late);
    await respondOnce(keys, request, work);
    await keys.suspend(request, late, '/elsewhere');
    expect(await respondOnce(keys, request, work)).toEqual({ status: 200, body: '1', replayed: true });
  });

  test('that is repeated after a try without response is under way, though the first suspends it late', async () => {
    const request = some();
    const first = await turnOf(request);
    await keys.suspend(request, first);
    await turnOf(request);
    // The response to the first suspension was lost: it is sent again.
    await keys.suspend(request, first);
    expect(await begin(request)).toBe('under way');
  });

  test('that two tries have ended has the first response, for both', async () => {
    const request = some();
    const [one, two] = [
      { status: 409, body: '1' },
      { status: 402, body: '2', location: '/orders/2' },
    ];
    expect(await respondOnce(keys, request, () => keys.finish(request, one).then(() => two))).toMatchObject(one);
    expect(await respondOnce(keys, request, async () => two)).toEqual({ ...one, replayed: true });
  });

  test('is done with its change, or not at all', async () => {
    const request = some();
    const change = (result: string, work = async () => {}) =>
      inTransaction(database.sql, async (tx) => {
        await finishWithin(tx, { request, respond: (body: string) => ({ status: 200, body }) }, result);
        await work();
        return result;
      });
    await turnOf(request);
    expect(await change('1', () => Promise.reject(new Error('away'))).catch(() => 'undone')).toBe('undone');
    expect(await begin(request)).toBe('under way');
    expect(await change('2')).toBe('2');
    expect(await begin(request)).toEqual({ response: { status: 200, body: '2' } });
    expect(await codeOf(change('3'))).toBe('request_in_progress');
    expect(await begin(request)).toEqual({ response: { status: 200, body: '2' } });
  });

  test('whose process died is not taken over by another request under its key', async () => {
    const request = some();
    const turn = await turnOf(request);
    await database.sql`update idempotency_keys set started_at = now() - interval '61 s' where key = ${request.key}`;
    const other = { ...request, fingerprint: 'two' };
    expect(await codeOf(respondOnce(keys, other, async () => ({ status: 200, body: '2' })))).toBe(
      'idempotency_key_reused',
    );
    await database.sql`update idempotency_keys set started_at = ${turn.name} where key = ${request.key}`;
    await keys.suspend(other, turn);
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
      suspend: async (of, turn) => {
        if (isAway) throw away;
        await keys.suspend(of, turn);
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
