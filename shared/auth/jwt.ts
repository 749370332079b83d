import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { type Clock, systemClock } from '../async/clock.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../process/log.ts';
import type { AuthConfig } from './config.ts';
import type { Caller, Identities } from './identities.ts';
import { remoteKeys } from './jwt-keys.ts';

/** The allowed difference between the clocks of two machines. */
const clockToleranceSeconds = 5;
/** Fixed by the kind of the key, never by the token: otherwise a public key could pass for a shared secret. */
const byKeySet = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];
const bySecret = ['HS256'];
const organiserScope = 'organiser';
const adminScope = 'admin';

/**
 * Verifies JSON Web Tokens with a key set or a shared secret. `sub` is the user's uuid, `exp` is required. The claim
 * `organiser` is the uuid of the organiser for whom the user acts; the scope `organiser` without it is the platform's,
 * and the scope `admin` acts for all.
 */
export function jwtIdentities(
  { keys, issuer, audience }: AuthConfig,
  log: Logger,
  clock: Clock = systemClock,
): Identities {
  const keyOf = 'url' in keys ? remoteKeys(keys.url, clock, log) : secretKey(keys.secret);
  const rules = {
    algorithms: 'url' in keys ? byKeySet : bySecret,
    requiredClaims: ['exp'],
    clockTolerance: clockToleranceSeconds,
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
  };

  return {
    async verify(token) {
      try {
        return callerOf(await payloadOf(token));
      } catch (error) {
        if (!(error instanceof errors.JOSEError)) throw error;
        throw refused(
          error instanceof errors.JWTExpired ? 'The token has expired' : 'The token is not valid here',
          error,
        );
      }
    },
  };

  async function payloadOf(token: string): Promise<JWTPayload> {
    const now = { ...rules, currentDate: new Date(clock.now()) };
    try {
      return (await jwtVerify(token, keyOf, now)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      // Keys need not have names: then every possible one is tried.
      for await (const key of error) {
        try {
          return (await jwtVerify(token, key, now)).payload;
        } catch (failure) {
          if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
        }
      }
      throw error;
    }
  }
}

function secretKey(secret: string): JWTVerifyGetKey {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = crypto.subtle.importKey('raw', new TextEncoder().encode(secret), algorithm, false, ['verify']);
  return () => key;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function callerOf({ sub, scope, scp, organiser }: JWTPayload): Caller {
  const userUuid = uuidIn(sub);
  if (!userUuid) throw refused('The token’s sub is not a user_uuid');
  const scopes = [...words(scope), ...words(scp)];
  if (scopes.includes(adminScope)) return { is: 'admin', userUuid };
  const organiserUuid = uuidIn(organiser) ?? null;
  if (organiser !== undefined && !organiserUuid) throw refused('The token’s organiser is not a uuid');
  if (organiserUuid || scopes.includes(organiserScope)) return { is: 'organiser', userUuid, organiserUuid };
  return { is: 'user', userUuid };
}

function uuidIn(claim: unknown): string | undefined {
  const text = typeof claim === 'string' ? claim.toLowerCase() : '';
  return uuid.test(text) ? text : undefined;
}

/** OAuth's `scope` is a text (RFC 8693, section 4.2); some issuers have a list, mostly named `scp`. */
const words = (scope: unknown): unknown[] =>
  typeof scope === 'string' ? scope.split(' ') : Array.isArray(scope) ? scope : [];

const refused = (what: string, cause?: unknown) =>
  new AppError('unauthorized', `${what}: log in again and send the new token`, { cause });
