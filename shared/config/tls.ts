import { createPrivateKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { causesOf, codeOf } from '../errors.ts';
import { ConfigError } from './config-error.ts';
import type { Variable } from './environment.ts';
import { followed, readNamed, unreadable } from './sources.ts';

/** A file of PEM text (RFC 7468): `text` returns what stands in it now. */
export type PemFile = { path: string; text: () => string };

/**
 * Files for TLS. One of the authorities in `ca` must have signed the server's certificate; without it, one of those
 * that the runtime knows. `cert` and `key` are what this client shows of itself.
 */
export type TlsFiles = { ca?: PemFile | undefined; cert?: PemFile | undefined; key?: PemFile | undefined };

/** A variable that names a PEM file of certificates or of a private key, or none. `also`: its other names. */
export function pemVariable(
  kind: 'certificate' | 'key',
  meaning: string,
  also: string[] = [],
): Variable<PemFile | undefined> {
  const read = z.string().transform((path, context) => {
    if (path === '') return undefined;
    const text = textIn(path);
    const problem = text.problem ?? problemOf(kind, text.text);
    if (!problem) return { path, text: followed(path, text.text, (next) => problemOf(kind, next) === undefined) };
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });
  return { read, default: '', meaning, also };
}

/**
 * The variables of the files for TLS to a server: `CA`, `CERT` and `KEY` behind the prefix. `also` are other names of
 * each.
 */
export function pemVariables<P extends string>(
  prefix: P,
  server: string,
  also: Partial<Record<'CA' | 'CERT' | 'KEY', string[]>> = {},
) {
  const usual = 'empty: those that the runtime knows';
  return {
    [`${prefix}_CA`]: pemVariable(
      'certificate',
      `PEM file of the authorities, one of which must have signed ${server}’s certificate; ${usual}`,
      also.CA,
    ),
    [`${prefix}_CERT`]: pemVariable(
      'certificate',
      `PEM file of this client’s certificate, where ${server} asks for one`,
      also.CERT,
    ),
    [`${prefix}_KEY`]: pemVariable('key', `PEM file of the private key of ${prefix}_CERT, not encrypted`, also.KEY),
  } as Record<`${P}_${'CA' | 'CERT' | 'KEY'}`, Variable<PemFile | undefined>>;
}

function textIn(path: string): { text: string; problem?: string } {
  try {
    return { text: readNamed(path) };
  } catch (error) {
    return { text: '', problem: unreadable(error) };
  }
}

const block = /-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g;

function problemOf(kind: 'certificate' | 'key', text: string): string | undefined {
  try {
    if (kind === 'key') createPrivateKey(text);
    else for (const one of text.match(block) ?? ['']) new X509Certificate(one);
    return undefined;
  } catch {
    if (/-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(text)) return 'the key must not be encrypted';
    return kind === 'key'
      ? 'must be a private key in PEM (BEGIN PRIVATE KEY)'
      : 'must be certificates in PEM (BEGIN CERTIFICATE)';
  }
}

/**
 * Throws `ConfigError` unless the client's certificate and key are there both or neither, and belong together. `names`
 * are the variables of both.
 */
export function checkPair({ cert, key }: TlsFiles, names: { cert: string; key: string }): void {
  if (!cert && !key) return;
  if (!cert || !key) throw new ConfigError([`${names.cert}, ${names.key}: set both, or neither`]);
  const certified = new X509Certificate(cert.text());
  if (certified.checkPrivateKey(createPrivateKey(key.text()))) return;
  throw new ConfigError([`${names.key}=${key.path}: is not the key of the certificate in ${names.cert}`]);
}

type TlsOptions = { rejectUnauthorized: boolean; ca?: string; cert?: string; key?: string };

/**
 * Returns the options of `tls.connect` for a new connection, with what the files hold now. The server's certificate is
 * checked, whatever NODE_TLS_REJECT_UNAUTHORIZED says for other programs.
 */
export const tlsOptions = ({ ca, cert, key }: TlsFiles): TlsOptions => ({
  rejectUnauthorized: true,
  ...(ca && { ca: ca.text() }),
  ...(cert && { cert: cert.text() }),
  ...(key && { key: key.text() }),
});

/** The variables by which a server's TLS is set: each is named to an operator who must mend it. */
export type TlsNames = { address: string; tls: string; ca: string; cert: string };

/**
 * Returns a sentence for an operator: why TLS to a server failed, and which variable to mend. Undefined for an error of
 * another kind. Runtimes give these codes alike (Node's, after OpenSSL's).
 */
export function tlsTrouble(server: string, error: unknown, names: TlsNames): string | undefined {
  const known = reasons(names);
  const reason = causesOf(error)
    .map((cause) => known[codeOf(cause)])
    .find(Boolean);
  return reason && `${server} ${reason}`;
}

function reasons({ address, tls, ca, cert }: TlsNames): Record<string, string> {
  const unknown = `shows a certificate that no known authority has signed: put its authority in ${ca}`;
  return {
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknown,
    UNABLE_TO_GET_ISSUER_CERT: unknown,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknown,
    SELF_SIGNED_CERT_IN_CHAIN: unknown,
    DEPTH_ZERO_SELF_SIGNED_CERT: unknown,
    ERR_TLS_CERT_ALTNAME_INVALID: `shows a certificate for another host: write the name that it is for in ${address}`,
    CERT_HAS_EXPIRED: 'shows a certificate that has expired: renew it there',
    CERT_NOT_YET_VALID: 'shows a certificate that is not valid yet: is the clock of this machine right?',
    ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: `asks for a certificate of this client: set ${cert}`,
    ERR_SSL_TLSV1_ALERT_CERTIFICATE_REQUIRED: `asks for a certificate of this client: set ${cert}`,
    ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: `ends TLS at once: does it ask for a certificate of this client (${cert})?`,
    // Java's servers send this for none at all, too.
    ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: `asks for a certificate of this client, or refuses the one in ${cert}`,
    ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: `does not trust the certificate in ${cert}`,
    ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: `knows no authority that has signed the certificate in ${cert}`,
    ERR_SSL_WRONG_VERSION_NUMBER: `does not speak TLS there: mend ${tls}, or turn TLS on there`,
  };
}
