import { ConfigError, type Values, v } from '../config/environment.ts';

export const rateLimitVariables = {
  RATE_LIMIT_WRITES_PER_USER: v.integer(
    0,
    0,
    1_000_000,
    'Most writes (POST, PUT, PATCH, DELETE) in RATE_LIMIT_WINDOW by one user, whom the token names; 0 is no limit. Counted in Redis where there is one, else in each process',
  ),
  RATE_LIMIT_WRITES_PER_ADDRESS: v.integer(
    0,
    0,
    1_000_000,
    'Most writes in RATE_LIMIT_WINDOW by one address (of IPv6 by one /64), webhooks apart; 0 is no limit. Behind a proxy set TRUSTED_PROXIES, or all count as one',
  ),
  RATE_LIMIT_WINDOW: v.duration('1m', 'See RATE_LIMIT_WRITES_PER_USER', { least: '1s', most: '24h' }),
};

/** Most writes by one user and by one address within a time; undefined is no limit. */
export type RateLimitConfig = { perUser: number | undefined; perAddress: number | undefined; windowS: number };

/** Returns the limits. Throws `ConfigError` for a limit by users whom nobody checks. */
export function rateLimitConfig(values: Values<typeof rateLimitVariables>, tokens: boolean): RateLimitConfig {
  if (values.RATE_LIMIT_WRITES_PER_USER > 0 && !tokens) {
    throw new ConfigError([
      'RATE_LIMIT_WRITES_PER_USER: needs AUTH_JWKS_URL or AUTH_JWT_SECRET: without a token anybody may name any user',
    ]);
  }
  return {
    perUser: values.RATE_LIMIT_WRITES_PER_USER || undefined,
    perAddress: values.RATE_LIMIT_WRITES_PER_ADDRESS || undefined,
    windowS: Math.ceil(values.RATE_LIMIT_WINDOW / 1000),
  };
}
