import { createHash, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type Clock, systemClock } from '../async/clock.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../process/log.ts';
import type { Caller, Scope } from './actor.ts';
import type { Identities } from './identities.ts';

/** Every key begins so, by which scanners of leaked secrets know it. */
export const keyPrefix = 'osk_';

/** An API key that may be used: its uuid, and whose rights it has (null: the platform's). */
export type ApiKey = { uuid: string; organiserUuid: string | null; scopes: Scope[] };

/** Port: the API keys. Throws `unavailable`. */
export type ApiKeys = {
  /** Returns the key with this hash; undefined when there is none, or it is revoked. */
  find(hash: string): Promise<ApiKey | undefined>;
  /** Notes that a key was used now, unless that was noted in the last minute. */
  noteUse(keyUuid: string): Promise<void>;
};

const secretBytes = 32;
const secretLength = 43;
const shownLength = 8;

/**
 * Returns a new API key: 32 random bytes and a checksum of them, by which most of what is no key is refused without a
 * look into the database. `hash` is what is kept of it, and `start` what a person may see.
 */
export function newApiKey(secret = randomBytes(secretBytes).toString('base64url')) {
  const key = `${keyPrefix}${secret}${checksumOf(secret)}`;
  return { key, hash: hashOf(key), start: key.slice(0, keyPrefix.length + shownLength) };
}

const sha256 = (text: string) => createHash('sha256').update(text);
const checksumOf = (secret: string) => sha256(secret).digest('base64url').slice(0, 6);
/** The bytes are random, so a fast hash is as good as a slow one. */
const hashOf = (key: string) => sha256(key).digest('hex');

const isWhole = (key: string) => {
  const secret = key.slice(keyPrefix.length, keyPrefix.length + secretLength);
  return key === `${keyPrefix}${secret}${checksumOf(secret)}`;
};

/** A key that is revoked ends within so long, in every process. */
const rememberedMs = 1000;
const maxRemembered = 10_000;
const notedEveryMs = 60_000;

/**
 * Verifies API keys, and every other token by `tokens`. A key is looked up at most once a second, and its use is noted
 * once a minute, beside the request.
 */
export function withApiKeys(tokens: Identities, keys: ApiKeys, log: Logger, clock: Clock = systemClock): Identities {
  const options = { max: maxRemembered, perf: clock, ttlResolution: 0 };
  const found = new LRUCache<string, Promise<ApiKey | undefined>>({ ...options, ttl: rememberedMs });
  const noted = new LRUCache<string, true>({ ...options, ttl: notedEveryMs });

  /** Concurrent requests share a look. */
  function find(hash: string): Promise<ApiKey | undefined> {
    const known = found.get(hash);
    if (known) return known;
    const looked = keys.find(hash);
    found.set(hash, looked);
    const forget = () => void (found.peek(hash) === looked && found.delete(hash));
    looked.then((key) => key || forget(), forget);
    return looked;
  }

  function noteUse(uuid: string): void {
    if (noted.has(uuid)) return;
    noted.set(uuid, true);
    keys.noteUse(uuid).catch((err) => log.debug({ err, key: uuid }, 'the use of an API key was not noted'));
  }

  return {
    async verify(token): Promise<Caller> {
      if (!token.startsWith(keyPrefix)) return tokens.verify(token);
      const key = isWhole(token) ? await find(hashOf(token)) : undefined;
      if (!key) throw new AppError('unauthorized', 'The API key is not known here, or was revoked: use another one');
      noteUse(key.uuid);
      return { is: 'key', keyUuid: key.uuid, organiserUuid: key.organiserUuid, scopes: key.scopes };
    },
  };
}
