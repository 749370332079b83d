import type { Context } from 'hono';
import { keyPrefix } from '../../../shared/auth/api-keys.ts';
import type { Identities } from '../../../shared/auth/identities.ts';
import { actingFor } from '../../../shared/auth/rights.ts';
import { AppError } from '../../../shared/errors.ts';
import { callerOf } from '../../../shared/http/bearer.ts';
import type { Env } from '../../../shared/http/env.ts';
import type { Logger } from '../../../shared/process/log.ts';

/** Resolves if the request's caller may have a search explained; throws `unauthorized` or `forbidden` else. */
export type MayExplain = (c: Context<Env>) => Promise<void>;

/** Explanations are for organisers; where no tokens are checked, for everybody. */
export function explainers(identities: Identities | undefined, log: Logger): MayExplain {
  if (!identities) return async () => {};
  const tokens = withoutKeys(identities);
  return async (c) => void actingFor(await callerOf(c, tokens, log), 'read');
}

/** API keys are in the database, which a process that only searches does not have. */
const withoutKeys = (identities: Identities): Identities => ({
  async verify(token) {
    if (!token.startsWith(keyPrefix)) return identities.verify(token);
    throw new AppError('unauthorized', 'Search checks no API keys: send a token with the claim or the scope organiser');
  },
});
