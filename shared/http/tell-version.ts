import type { MiddlewareHandler } from 'hono';
import type { Logger } from '../process/log.ts';
import type { DataVersion } from '../version/data-version.ts';
import type { Env } from './env.ts';

/** The header by which a write tells its version. */
const versionHeader = 'X-Onsale-Version';

/** Headers of the responses to writes that a search may see. */
export const versionHeaders = {
  [versionHeader]: {
    description: 'The `min_version` with which a search shows this write',
    schema: { type: 'string' as const, pattern: '^[0-9]+$' },
  },
};

/**
 * Tells each successful response the version of the data, which is not before the write's own. The write is done by
 * then: where the version can't be read, the response goes without.
 */
export function tellVersion(version: DataVersion, log: Logger): MiddlewareHandler<Env> {
  return async (c, next) => {
    await next();
    if (!c.res.ok) return;
    try {
      c.res.headers.set(versionHeader, String(await version.read()));
    } catch (err) {
      log.warn({ err }, 'a write could not tell its version');
    }
  };
}
