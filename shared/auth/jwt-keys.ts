import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../async/clock.ts';
import { unavailable } from '../errors.ts';
import type { Logger } from '../process/log.ts';

/** A key that was withdrawn is refused after this time. */
const freshMs = 5 * 60_000;
/** A token that names an unknown key makes us ask for new ones, but no sooner than this after the last answer. */
const cooldownMs = 10_000;
/** How long a server that did not answer is left alone. */
const pauseMs = 1_000;
/** How long it may take to answer. */
const timeoutMs = 1_000;

/**
 * The keys of a JSON Web Key Set behind a URL, for jose. They are asked for at once, again when they are old, and when a
 * token names one that is not among them. While their server is away those that are known are used, however old they are;
 * throws `unavailable` without any, and for a key that is not among them.
 *
 * jose fetches and reads the set. When to ask is decided here: by itself jose drops an old set while its server is away,
 * and then asks for it with every token.
 */
export function remoteKeys(url: string, clock: Clock, log: Logger): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(url), {
    timeoutDuration: timeoutMs,
    cacheMaxAge: Number.POSITIVE_INFINITY,
    cooldownDuration: Number.POSITIVE_INFINITY,
  });
  let loadedAt: number | undefined;
  let nextAskAt = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let pending: Promise<void> | undefined;
  void refresh();

  return async (header, token) => {
    if (loadedAt === undefined) await refresh();
    else if (clock.now() >= loadedAt + freshMs && !pending) await refresh();
    if (loadedAt === undefined) throw away();
    try {
      return await remote(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    await refresh();
    if (failure !== undefined) throw away();
    return remote(header, token);
  };

  async function refresh(): Promise<void> {
    if (!pending && clock.now() >= nextAskAt) pending = ask();
    await pending;
  }

  async function ask(): Promise<void> {
    try {
      await remote.reload();
      loadedAt = clock.now();
      nextAskAt = loadedAt + cooldownMs;
      failure = undefined;
    } catch (error) {
      if (failure === undefined) log.warn({ err: error, url }, 'the keys of tokens cannot be read');
      failure = error;
      nextAskAt = clock.now() + pauseMs;
    } finally {
      pending = undefined;
    }
  }

  function away() {
    return unavailable('The server of AUTH_JWKS_URL', failure);
  }
}
