import { z } from 'zod';
import { masked } from './addresses.ts';
import { ConfigError } from './config-error.ts';
import { address, type Env, type Secret, type Values, type Variable, v } from './environment.ts';
import { partOfUrl, postgresUrl, systemVerifies } from './postgres-url.ts';
import { type HostAndPort, postgresHosts } from './server-addresses.ts';
import { checkPair, pemVariable, type TlsFiles, type TlsNames } from './tls.ts';

const postgresParts =
  'POSTGRES_HOST, POSTGRES_PORT, POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DBNAME and POSTGRES_SSLMODE';

/** A part of the database's address: also by libpq's name, and from DATABASE_URL where that counts. */
const part = <T>(own: string, also: string, variable: Variable<T>): Variable<T> => ({
  ...variable,
  also: [also],
  derived: (env) => partOfUrl(own, env),
});

const hosts = (fallback: string, meaning: string, port: string): Variable<HostAndPort[]> =>
  address((text) => postgresHosts(text, { port, url: postgresParts }), fallback, meaning);

/** `system` names the authorities that the runtime knows, as in libpq. */
const authorities = (meaning: string): Variable<'system' | TlsFiles['ca']> => {
  const file = pemVariable('certificate', meaning);
  const read = z.string().transform((text, context) => {
    if (text === 'system') return text;
    const parsed = file.read.safeParse(text);
    if (parsed.success) return parsed.data;
    context.addIssue({ code: 'custom', message: parsed.error.issues[0]!.message });
    return z.NEVER;
  });
  return { ...file, read };
};

export const postgresVariables = {
  DATABASE_URL: {
    ...address(
      (text) => void (text !== '' && postgresUrl(text)),
      '',
      'PostgreSQL’s address in one text, where POSTGRES_HOST is not set: postgres://user:password@host:port/database, with several hosts by commas, and behind ? sslmode, sslrootcert, sslcert, sslkey, target_session_attrs. `npm start` does not read it, nor libpq’s names',
    ),
    inFile: true,
    shown: masked,
    unless: 'POSTGRES_HOST',
  },
  POSTGRES_HOST: part(
    'POSTGRES_HOST',
    'PGHOST',
    hosts(
      '127.0.0.1',
      'PostgreSQL host; several with commas, each with :port or without, are tried in turn until one can be written. `npm start` starts its own server unless this is set',
      'POSTGRES_PORT',
    ),
  ),
  POSTGRES_PORT: { ...v.integer(5432, 1, 65_535, 'PostgreSQL port, of each host that names none'), also: ['PGPORT'] },
  POSTGRES_USER: part('POSTGRES_USER', 'PGUSER', v.text('postgres', 'PostgreSQL user')),
  POSTGRES_PASSWORD: part('POSTGRES_PASSWORD', 'PGPASSWORD', v.secret('', 'PostgreSQL password')),
  POSTGRES_DBNAME: part('POSTGRES_DBNAME', 'PGDATABASE', v.database('onsale', 'PostgreSQL database', postgresParts)),
  POSTGRES_SSLMODE: {
    ...v.oneOf(
      ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'],
      'disable',
      'TLS to PostgreSQL, in libpq’s words; require with POSTGRES_SSLROOTCERT is verify-ca',
    ),
    also: ['PGSSLMODE'],
    derived: (env) => partOfUrl('POSTGRES_SSLMODE', env) ?? systemVerifies(env),
  } as Variable<'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full'>,
  POSTGRES_SSLROOTCERT: part(
    'POSTGRES_SSLROOTCERT',
    'PGSSLROOTCERT',
    authorities(
      'PEM file of the authorities, one of which must have signed PostgreSQL’s certificate; empty or `system`: those that the runtime knows (`system` makes POSTGRES_SSLMODE verify-full)',
    ),
  ),
  POSTGRES_SSLCERT: part(
    'POSTGRES_SSLCERT',
    'PGSSLCERT',
    pemVariable('certificate', 'PEM file of the certificate that is shown to PostgreSQL'),
  ),
  POSTGRES_SSLKEY: part('POSTGRES_SSLKEY', 'PGSSLKEY', pemVariable('key', 'PEM file of its key')),
  POSTGRES_TARGET_SESSION_ATTRS: part(
    'POSTGRES_TARGET_SESSION_ATTRS',
    'PGTARGETSESSIONATTRS',
    v.oneOf(
      ['any', 'read-write', 'primary'],
      'any',
      'Which of several hosts will do. A standby never does; read-write also passes over one that is read-only by its settings',
    ),
  ),
  POSTGRES_POOLED: v.oneOf(
    ['no', 'transaction'],
    'no',
    'transaction: a pooler such as PgBouncer is at POSTGRES_HOST, and gives a connection for one transaction',
  ),
  POSTGRES_DIRECT_HOST: hosts(
    '',
    'With POSTGRES_POOLED: PostgreSQL itself, for LISTEN, the log and migrations. Empty: POSTGRES_HOST',
    'POSTGRES_DIRECT_PORT',
  ),
  POSTGRES_DIRECT_PORT: v.integer(
    0,
    0,
    65_535,
    'Port of POSTGRES_DIRECT_HOST, for each host that names none; 0: POSTGRES_PORT',
  ),
  POSTGRES_MAX_OPEN_CONNS: v.integer(10, 1, 1000, 'Most connections of one process'),
  POSTGRES_MAX_IDLE_CONNS: v.integer(
    10,
    0,
    1000,
    'Kept from the original; idle connections are closed by time (POSTGRES_CONN_MAX_IDLE_TIME), not by number',
  ),
  POSTGRES_CONN_MAX_LIFETIME: v.duration('30m', 'A connection is replaced after this time; 0 keeps it'),
  POSTGRES_CONN_MAX_IDLE_TIME: v.duration('5m', 'An idle connection is closed after this time; 0 keeps it'),
};

/** Where a server is. */
export type Place = { host: string; port: number };

/** The database's address and pool. Times are in milliseconds. */
export type PostgresConfig = Place & {
  /** Further hosts, which are tried in turn when the first will not do. */
  others?: Place[];
  user: string;
  password: Secret;
  database: string;
  sslMode: 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';
  tls?: TlsFiles;
  /** A server that is read-only by its settings will not do. */
  writable?: boolean;
  /** A pooler is there, which gives a connection for one transaction. */
  pooled?: boolean;
  /** Where PostgreSQL itself is, if that is elsewhere. */
  direct?: Place & { others?: Place[] };
  maxOpenConns: number;
  connMaxLifetimeMs: number;
  connMaxIdleTimeMs: number;
  /** The time of one call after which the server counts as away. */
  deadlineMs: number;
  applicationName: string;
};

type PostgresValues = Values<typeof postgresVariables>;

/** Returns the database's configuration. Throws `ConfigError` for variables that do not go together. */
export function postgresConfig(values: PostgresValues, applicationName: string): PostgresConfig {
  const tls = tlsFiles(values);
  const mode = values.POSTGRES_SSLMODE;
  const direct = directPlace(values);
  return {
    ...places(values.POSTGRES_HOST, values.POSTGRES_PORT),
    user: values.POSTGRES_USER,
    password: values.POSTGRES_PASSWORD,
    database: values.POSTGRES_DBNAME,
    // As in libpq.
    sslMode: mode === 'require' && tls.ca ? 'verify-ca' : mode,
    ...(Object.keys(tls).length > 0 && { tls }),
    ...(values.POSTGRES_TARGET_SESSION_ATTRS === 'read-write' && { writable: true }),
    ...(values.POSTGRES_POOLED === 'transaction' && { pooled: true }),
    ...(direct && { direct }),
    maxOpenConns: values.POSTGRES_MAX_OPEN_CONNS,
    connMaxLifetimeMs: values.POSTGRES_CONN_MAX_LIFETIME,
    connMaxIdleTimeMs: values.POSTGRES_CONN_MAX_IDLE_TIME,
    deadlineMs: 1500,
    applicationName,
  };
}

/**
 * Returns the configuration for what needs a session: LISTEN, the log, migrations, and statements that take long.
 * Throws `ConfigError` where only a pooler's address is known.
 */
export function directly(config: PostgresConfig): PostgresConfig {
  const { pooled, direct, ...rest } = config;
  if (direct) return { ...rest, others: [], ...direct };
  if (!pooled) return config;
  throw new ConfigError([
    'POSTGRES_DIRECT_HOST: LISTEN, the log and migrations need PostgreSQL itself, and POSTGRES_POOLED=transaction says that POSTGRES_HOST is a pooler: set POSTGRES_DIRECT_HOST, POSTGRES_DIRECT_PORT or both',
  ]);
}

function directPlace(values: PostgresValues): PostgresConfig['direct'] {
  const { POSTGRES_DIRECT_HOST: own, POSTGRES_DIRECT_PORT: port, POSTGRES_HOST: usual, POSTGRES_PORT } = values;
  if (own.length > 0) return places(own, port || POSTGRES_PORT);
  if (port === 0) return undefined;
  return places(
    usual.map(({ host }) => ({ host, port })),
    port,
  );
}

function places(found: HostAndPort[], usualPort: number): Place & { others?: Place[] } {
  const [first, ...others] = found.map(({ host, port }) => ({ host, port: port ?? usualPort }));
  return { ...first!, ...(others.length > 0 && { others }) };
}

function tlsFiles(values: PostgresValues): TlsFiles {
  const { POSTGRES_SSLMODE: mode, POSTGRES_SSLROOTCERT: root, POSTGRES_SSLCERT: cert, POSTGRES_SSLKEY: key } = values;
  const unused = Object.entries({ POSTGRES_SSLROOTCERT: root, POSTGRES_SSLCERT: cert, POSTGRES_SSLKEY: key }).flatMap(
    ([name, value]) => (value ? [name] : []),
  );
  if (unused.length > 0 && /^(disable|allow|prefer)$/.test(mode)) {
    throw new ConfigError([
      `${unused.join(', ')}: nothing is checked by POSTGRES_SSLMODE=${mode}: set verify-full, verify-ca or require`,
    ]);
  }
  if (root === 'system' && mode !== 'verify-full')
    throw new ConfigError([`POSTGRES_SSLROOTCERT=system: POSTGRES_SSLMODE must be verify-full, not ${mode}`]);
  if (!root && mode === 'verify-ca')
    throw new ConfigError(['POSTGRES_SSLMODE=verify-ca: set POSTGRES_SSLROOTCERT to a file of your authority']);
  checkPair({ cert, key }, { cert: 'POSTGRES_SSLCERT', key: 'POSTGRES_SSLKEY' });
  return { ...(root && root !== 'system' && { ca: root }), ...(cert && { cert }), ...(key && { key }) };
}

/** The variables of TLS to PostgreSQL, for an operator who must mend one. */
export const postgresTlsNames: TlsNames = {
  address: 'POSTGRES_HOST',
  tls: 'POSTGRES_SSLMODE',
  ca: 'POSTGRES_SSLROOTCERT',
  cert: 'POSTGRES_SSLCERT',
};

/** Returns the environment with PostgreSQL by its own variables alone: no DATABASE_URL, and none of libpq's names. */
export function withOwnNames(env: Env): Env {
  const others = Object.values(postgresVariables).flatMap((variable: Variable<unknown>) => variable.also ?? []);
  const foreign = new Set(['DATABASE_URL', ...others].flatMap((name) => [name, `${name}_FILE`]));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.has(name)));
}
