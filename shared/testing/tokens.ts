import { type JWTPayload, SignJWT } from 'jose';

/** The minimum length of a shared secret. */
export const testSecret = 'a secret that is known to all tests';

/** A token signed with `testSecret`, good for five minutes unless its claims say otherwise. */
export function secretToken(claims: JWTPayload, secret = testSecret): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + 300;
  return new SignJWT({ exp, ...claims }).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));
}
