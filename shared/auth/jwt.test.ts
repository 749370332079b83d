import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { AppError } from '../errors.ts';
import { silentLog } from '../process/log.ts';
import { testClock } from '../testing/clock.ts';
import type { AuthConfig } from './config.ts';
import type { Identities } from './identities.ts';
import { jwtIdentities } from './jwt.ts';

const secret = 'thirty-two bytes of a shared secret';
const user = randomUUID();
let clock = testClock();
beforeEach(() => {
  clock = testClock();
});
const nowSeconds = clock.now() / 1000;
const fine = { sub: user, exp: nowSeconds + 60 };

const bytes = (text: string) => new TextEncoder().encode(text);
const bySecret = (claims: JWTPayload, key = secret, alg = 'HS256') =>
  new SignJWT(claims).setProtectedHeader({ alg }).sign(bytes(key));

const identities = (claims: Partial<AuthConfig> = {}) =>
  jwtIdentities({ keys: { secret }, ...claims }, silentLog, clock);

/** Returns the identity of a token, or the stable code of its refusal. */
const told = (by: Identities, token: string) =>
  by.verify(token).catch((error) => {
    if (error instanceof AppError) return error.code;
    throw error;
  });

describe('a token', () => {
  test('identifies the user of its sub', async () => {
    const token = await bySecret({ ...fine, sub: user.toUpperCase() });
    expect(await told(identities(), token)).toEqual({ is: 'user', userUuid: user });
  });

  test.each([
    { scope: 'organiser' },
    { scope: 'openid organiser email' },
    { scp: ['openid', 'organiser'] },
    { scp: 'organiser' },
    { scope: 'openid', scp: ['organiser'] },
  ])('makes an organiser with %p', async (claims) => {
    expect(await told(identities(), await bySecret({ ...fine, ...claims }))).toEqual({
      is: 'organiser',
      userUuid: user,
      organiserUuid: null,
    });
  });

  test.each([
    { scope: 'organisers' },
    { scope: 'not-organiser' },
    { scp: [['organiser']] },
    { scope: 7 },
    { roles: ['organiser'] },
  ])('makes none with %p', async (claims) => {
    expect(await told(identities(), await bySecret({ ...fine, ...claims }))).toMatchObject({ is: 'user' });
  });

  test.each<[string, JWTPayload]>([
    ['that has expired', { ...fine, exp: nowSeconds - 6 }],
    ['that never expires', { sub: user }],
    ['that is not good yet', { ...fine, nbf: nowSeconds + 6 }],
    ['without a sub', { exp: fine.exp }],
    ['whose sub is no uuid', { ...fine, sub: 'auth0|7' }],
  ])('%s is refused', async (_, claims) => {
    expect(await told(identities(), await bySecret(claims))).toBe('unauthorized');
  });

  test('may be of a machine whose clock is some seconds off', async () => {
    expect(await told(identities(), await bySecret({ ...fine, exp: nowSeconds - 4 }))).toMatchObject({
      userUuid: user,
    });
    expect(await told(identities(), await bySecret({ ...fine, nbf: nowSeconds + 4 }))).toMatchObject({
      userUuid: user,
    });
  });

  test('must be of the issuer and for the audience, if they are set', async () => {
    const by = identities({ issuer: 'https://login.example', audience: 'onsale' });
    const right = { ...fine, iss: 'https://login.example', aud: ['shop', 'onsale'] };
    expect(await told(by, await bySecret(right))).toMatchObject({ userUuid: user });
    expect(await told(by, await bySecret({ ...right, iss: 'https://login.example/' }))).toBe('unauthorized');
    expect(await told(by, await bySecret({ ...right, aud: 'shop' }))).toBe('unauthorized');
    expect(await told(by, await bySecret(fine))).toBe('unauthorized');
    expect(await told(identities(), await bySecret(right))).toMatchObject({ userUuid: user });
  });

  test('that is unsigned, or signed with another secret or another algorithm, is refused', async () => {
    for (const token of [
      new UnsecuredJWT(fine).encode(),
      await bySecret(fine, secret.toUpperCase()),
      await bySecret(fine, secret.repeat(2), 'HS512'),
    ]) {
      expect(await told(identities(), token)).toBe('unauthorized');
    }
  });

  test('that was changed, or is no token, is refused', async () => {
    const [head, , signature] = (await bySecret(fine)).split('.');
    const claims = Buffer.from(JSON.stringify({ ...fine, scope: 'organiser' })).toString('base64url');
    for (const token of [`${head}.${claims}.${signature}`, `${head}.${claims}.`, '', 'x', 'a.b.c', '..', '{}', '🎫']) {
      expect(await told(identities(), token)).toBe('unauthorized');
    }
  });
});

type Pair = CryptoKeyPair & { kid: string | undefined; alg: string };

async function makePair(kid: string | undefined, alg = 'ES256'): Promise<Pair> {
  return { ...(await generateKeyPair(alg, { extractable: true })), kid, alg };
}

const byPair = ({ kid, alg, privateKey }: Pair, claims: JWTPayload = fine) =>
  new SignJWT(claims).setProtectedHeader({ alg, ...(kid !== undefined && { kid }) }).sign(privateKey);

const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

/** A key set's server, which counts its requests, and can be away. */
async function startKeys(...pairs: Pair[]) {
  const state = { pairs, asked: 0, status: 200 };
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch() {
      state.asked++;
      const keys = await Promise.all(
        state.pairs.map(async ({ publicKey, kid }) => ({ ...(await exportJWK(publicKey)), ...(kid && { kid }) })),
      );
      return Response.json({ keys }, { status: state.status });
    },
  });
  ended.push(() => server.stop(true));
  const by = jwtIdentities({ keys: { url: `http://127.0.0.1:${server.port}/jwks` } }, silentLog, clock);
  return { state, by };
}

const good = { is: 'user', userUuid: user } as const;

describe('a key set', () => {
  test.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('checks %s', async (alg) => {
    const pair = await makePair('a', alg);
    const { by } = await startKeys(pair);
    expect(await told(by, await byPair(pair))).toEqual(good);
    expect(await told(by, await byPair(await makePair('a', alg)))).toBe('unauthorized');
    expect(await told(by, await byPair(pair, { ...fine, exp: nowSeconds - 6 }))).toBe('unauthorized');
  });

  test('is not a shared secret: a token signed with its public text is refused', async () => {
    const pair = await makePair('a', 'RS256');
    const { by } = await startKeys(pair);
    for (const text of [await exportSPKI(pair.publicKey), JSON.stringify(await exportJWK(pair.publicKey))]) {
      const forged = await new SignJWT(fine).setProtectedHeader({ alg: 'HS256', kid: 'a' }).sign(bytes(text));
      expect(await told(by, forged)).toBe('unauthorized');
    }
    expect(await told(by, await bySecret(fine))).toBe('unauthorized');
    expect(await told(by, new UnsecuredJWT(fine).encode())).toBe('unauthorized');
    expect(await told(identities(), await byPair(pair))).toBe('unauthorized');
  });

  test('may have several keys without names', async () => {
    const [one, two] = [await makePair(undefined), await makePair(undefined)];
    const { by } = await startKeys(one, two);
    for (const pair of [one, two]) expect(await told(by, await byPair(pair))).toEqual(good);
    expect(await told(by, await byPair(await makePair(undefined)))).toBe('unauthorized');
  });

  test('is fetched once, however many tokens come', async () => {
    const pair = await makePair('a');
    const { by, state } = await startKeys(pair);
    const token = await byPair(pair);
    await Promise.all(Array.from({ length: 20 }, () => by.verify(token)));
    expect(state.asked).toBe(1);
  });

  test('is fetched again when a token has a new key, but not for every token with an unknown key', async () => {
    const [old, next] = [await makePair('old'), await makePair('next')];
    const { by, state } = await startKeys(old);
    await by.verify(await byPair(old));
    state.pairs = [old, next];
    const token = await byPair(next);
    expect(await told(by, token)).toBe('unauthorized');
    clock.advance(10_000);
    const late = { ...fine, exp: clock.now() / 1000 + 60 };
    expect(await told(by, await byPair(next, late))).toEqual(good);
    const strangers = await Promise.all(Array.from({ length: 10 }, () => makePair('stranger')));
    for (const pair of strangers) expect(await told(by, await byPair(pair, late))).toBe('unauthorized');
    expect(state.asked).toBe(2);
  });

  test('is fetched again after a while, and a withdrawn key is refused', async () => {
    const pair = await makePair('a');
    const { by, state } = await startKeys(pair);
    const claims = { ...fine, exp: clock.now() / 1000 + 3600 };
    expect(await told(by, await byPair(pair, claims))).toEqual(good);
    state.pairs = [];
    expect(await told(by, await byPair(pair, claims))).toEqual(good);
    clock.advance(5 * 60_000);
    expect(await told(by, await byPair(pair, claims))).toBe('unauthorized');
  });

  test('whose server is away makes every token unavailable, until it is back', async () => {
    const pair = await makePair('a');
    const { by, state } = await startKeys(pair);
    state.status = 500;
    const claims = { ...fine, exp: clock.now() / 1000 + 60 };
    for (let i = 0; i < 3; i++) expect(await told(by, await byPair(pair, claims))).toBe('unavailable');
    expect(state.asked).toBe(1);
    state.status = 200;
    clock.advance(1000);
    expect(await told(by, await byPair(pair, claims))).toEqual(good);
  });

  test('whose server went away keeps the known keys valid, and makes others unavailable', async () => {
    const [known, other] = [await makePair('known'), await makePair('other')];
    const { by, state } = await startKeys(known);
    const claims = () => ({ ...fine, exp: clock.now() / 1000 + 60 });
    expect(await told(by, await byPair(known, claims()))).toEqual(good);
    state.status = 503;
    clock.advance(24 * 3_600_000);
    expect(await told(by, await byPair(known, claims()))).toEqual(good);
    expect(await told(by, await byPair(other, claims()))).toBe('unavailable');
    expect(state.asked).toBe(2);
  });

  test.each(['http://127.0.0.1:1/jwks', 'http://nowhere.invalid/jwks'])(
    'at an address without a server: %s',
    async (url) => {
      const by = jwtIdentities({ keys: { url } }, silentLog, clock);
      expect(await told(by, await byPair(await makePair('a')))).toBe('unavailable');
    },
  );
});
