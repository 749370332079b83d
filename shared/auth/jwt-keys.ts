import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../async/clock.ts';
import { unavailable } from '../errors.ts';
import type { Logger } from '../process/log.ts';

/** The longest time for which a withdrawn key is still accepted. */
const freshMs = 5 * 60_000;
/** A token that names an unknown key makes us fetch the keys anew, but no sooner than this after the last response. */
const cooldownMs = 10_000;
/** How long to wait after a failed fetch. */
const pauseMs = 1_000;
/** The timeout of a fetch. */
const timeoutMs = 1_000;

/**
 * The keys of a JSON Web Key Set behind a URL, for jose. They are fetched at once, again when they are old, and when a
 * token names an unknown key. While their server is away the known keys are used, however old they are; throws
 * `unavailable` without any, and for an unknown key.
 *
 * jose fetches and parses the set; this decides when: by itself jose drops an old set while its server is away, and
 * then fetches it for every token.
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
      if (failure === undefined)
        log.warn({ err: error, url: url.replace(/\?.*/, '?***') }, 'the keys of tokens cannot be read');
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
