import { ConfigError, textOf, type Values, v } from '../config/environment.ts';

/** The size of an HS256 hash: a shorter secret is easier to guess than a signature (RFC 7518, section 3.2). */
const leastSecretBytes = 32;

export const authVariables = {
  AUTH_JWKS_URL: v.url(
    'JSON Web Key Set with which buyers’ and organisers’ tokens are checked (RS256, PS256, ES256 or EdDSA). Without it and AUTH_JWT_SECRET whoever asks is taken for the `user_uuid` that they name, and for an organiser',
    { query: true, example: 'https://login.example/.well-known/jwks.json' },
  ),
  AUTH_JWT_SECRET: v.secret(
    '',
    `Shared secret of ${leastSecretBytes} bytes or more with which tokens are checked (HS256), instead of AUTH_JWKS_URL`,
    leastSecretBytes,
  ),
  AUTH_JWT_ISSUER: v.text('', 'The `iss` that every token must have; empty: any'),
  AUTH_JWT_AUDIENCE: v.text('', 'The `aud` that every token must have; empty: any'),
};

/** The keys that verify tokens, and the required claims. */
export type AuthConfig = {
  keys: { url: string } | { secret: string };
  issuer?: string | undefined;
  audience?: string | undefined;
};

/**
 * Returns the configuration of tokens; undefined when authentication is off, which production refuses: `unsafe` says
 * what anybody could do. Throws `ConfigError` for variables that contradict each other.
 */
export function authConfig(
  values: Values<typeof authVariables> & { SERVER_MODE: 'development' | 'production' },
  unsafe = 'anybody could buy and refund in anybody’s name',
): AuthConfig | undefined {
  const { AUTH_JWKS_URL: url, AUTH_JWT_SECRET: secret } = values;
  const claims = { issuer: values.AUTH_JWT_ISSUER || undefined, audience: values.AUTH_JWT_AUDIENCE || undefined };
  if (url && secret) throw new ConfigError(['AUTH_JWKS_URL, AUTH_JWT_SECRET: set one of them, not both']);
  if (url) return { keys: { url }, ...claims };
  if (secret) return { keys: { secret: textOf(secret) }, ...claims };
  if (claims.issuer || claims.audience) {
    throw new ConfigError([
      'AUTH_JWT_ISSUER, AUTH_JWT_AUDIENCE: no token is checked without AUTH_JWKS_URL or AUTH_JWT_SECRET: set one of them',
    ]);
  }
  if (values.SERVER_MODE === 'production') {
    throw new ConfigError([
      `SERVER_MODE=production: ${unsafe}: set AUTH_JWKS_URL to the key set of your login, or AUTH_JWT_SECRET`,
    ]);
  }
  return undefined;
}
