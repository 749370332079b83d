import { beforeEach, describe, expect, test } from 'bun:test';
import { AppError, unavailable } from '../errors.ts';
import { silentLog } from '../process/log.ts';
import { type ApiKey, type ApiKeys, newApiKey, withApiKeys } from './api-keys.ts';
import type { Identities } from './identities.ts';

const { key, hash, start } = newApiKey();
const known: ApiKey = { uuid: 'u', organiserUuid: 'o', scopes: ['read'] };
const caller = { is: 'key', keyUuid: 'u', organiserUuid: 'o', scopes: ['read'] };

let nowMs: number;
let looks: string[];
let uses: string[];
let found: ApiKey | undefined;
let identities: Identities;
beforeEach(() => {
  nowMs = 1_800_000_000_000;
  looks = [];
  uses = [];
  found = known;
  identities = over({});
});

const over = (replaced: Partial<ApiKeys>) =>
  withApiKeys(
    { verify: async (token) => ({ is: 'user', userUuid: token }) },
    {
      find: async (asked) => {
        looks.push(asked);
        return found;
      },
      noteUse: async (uuid) => void uses.push(uuid),
      ...replaced,
    },
    silentLog,
    { now: () => nowMs },
  );

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error) => (error instanceof AppError ? error.code : error),
  );

describe('an API key', () => {
  test('is osk_, 32 random bytes and a checksum, kept as its hash and known by its beginning', () => {
    expect(key).toMatch(/^osk_[\w-]{49}$/);
    expect(start).toBe(key.slice(0, 12));
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(Array.from({ length: 100 }, () => newApiKey().key)).size).toBe(100);
  });

  test('is found by its hash; any other token is verified as one', async () => {
    expect(await identities.verify(key)).toEqual(caller as never);
    expect(looks).toEqual([hash]);
    expect(await identities.verify('x.y.z')).toEqual({ is: 'user', userUuid: 'x.y.z' });
  });

  test('that is cut, changed or made up is refused without a look', async () => {
    const last = key.at(-1) === 'A' ? 'B' : 'A';
    const wrong = [key.slice(0, -1), `${key}x`, `${key.slice(0, -1)}${last}`, 'osk_', `osk_${'a'.repeat(49)}`];
    for (const one of wrong) expect([one, await codeOf(identities.verify(one))]).toEqual([one, 'unauthorized']);
    expect(looks).toEqual([]);
  });

  test('that is revoked ends within a second, and one look a second is enough until then', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => identities.verify(key)));
    expect([all.length, looks.length]).toEqual([5, 1]);
    found = undefined;
    nowMs += 999;
    expect(await codeOf(identities.verify(key))).toBe('ok');
    nowMs += 2;
    expect([await codeOf(identities.verify(key)), looks.length]).toEqual(['unauthorized', 2]);
  });

  test('that was not known is looked for again at once', async () => {
    found = undefined;
    expect(await codeOf(identities.verify(key))).toBe('unauthorized');
    found = known;
    expect(await codeOf(identities.verify(key))).toBe('ok');
  });

  test('can’t be checked while the database is away, which is not remembered', async () => {
    let isAway = true;
    identities = over({ find: async () => (isAway ? Promise.reject(unavailable('PostgreSQL', undefined)) : known) });
    expect(await codeOf(identities.verify(key))).toBe('unavailable');
    isAway = false;
    expect(await codeOf(identities.verify(key))).toBe('ok');
  });

  test('has its use noted once a minute', async () => {
    for (const passed of [0, 30_000, 29_999, 2]) {
      nowMs += passed;
      await identities.verify(key);
    }
    expect(uses).toEqual(['u', 'u']);
  });

  test('is not held up by the note of its use, nor by its failure', async () => {
    identities = over({ noteUse: () => new Promise(() => {}) });
    expect(await codeOf(identities.verify(key))).toBe('ok');
    identities = over({ noteUse: () => Promise.reject(new Error('no')) });
    expect(await codeOf(identities.verify(key))).toBe('ok');
  });
});
