import type { PostgresConfig } from '../config/config.ts';

/** Options of `tls.connect`, or how to choose between TLS and none. */
export type PostgresTls = false | 'allow' | 'prefer' | Record<string, unknown>;

/** Returns how connections are encrypted. Each new one gets what the files hold then. */
export function tlsOf({ sslMode, tls = {} }: PostgresConfig): PostgresTls {
  if (sslMode === 'disable') return false;
  if (sslMode === 'allow' || sslMode === 'prefer') return sslMode;
  const options = {
    rejectUnauthorized: sslMode !== 'require',
    ...(sslMode === 'verify-ca' && { checkServerIdentity: () => undefined }),
  };
  for (const [name, file] of Object.entries(tls)) {
    // A driver may hide its key from logs, and for that must be able to change it.
    Object.defineProperty(options, name, { enumerable: true, configurable: true, get: () => file?.text() });
  }
  return options;
}
