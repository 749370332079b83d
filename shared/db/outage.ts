import { postgresTlsNames } from '../config/postgres.ts';
import { tlsTrouble } from '../config/tls.ts';
import { type AppError, causesOf, Unfit, unavailable } from '../errors.ts';

/** The oldest server release that our statements support. */
const oldestMajor = 17;

type Seen = { version: string; major: number; recovering: boolean; readonly: boolean };

/**
 * The first query of a session, whose result tells an unfit server; the next connection may meet another one.
 * `writable`: one that is read-only by its settings is unfit, too.
 */
export const fitness = (oldest = oldestMajor, writable = false) => ({
  query: `
    select current_setting('server_version') as version, current_setting('server_version_num')::int / 10000 as major,
      pg_is_in_recovery() as recovering, current_setting('default_transaction_read_only')::bool as readonly`,
  judge([server]: Seen[]): Unfit | undefined {
    if (!server) return undefined;
    const version = server.version.split(' ')[0];
    if (server.major < oldest) return new Unfit(`PostgreSQL ${oldest} or newer is needed; this is ${version}`);
    if (server.recovering) return new Unfit('A PostgreSQL that can be written is needed; this is a standby');
    if (writable && server.readonly) return new Unfit('PostgreSQL is read-only');
    return undefined;
  },
});

/** A bug in a statement of ours looks the same: the log has it, as the cause. */
const notOurs = 'The database’s schema is not this release’s: run `events migrate`';
const damaged = 'PostgreSQL has found damage in its files: see its log';

/** SQLSTATEs that have a sentence for operators. */
const reasons: Record<string, string> = {
  '25006': 'PostgreSQL is read-only',
  '28000': 'PostgreSQL refuses the user of this service: see its pg_hba.conf, and mend POSTGRES_USER',
  '28P01': 'PostgreSQL refuses the password of this service: mend POSTGRES_PASSWORD',
  '3D000': 'The database does not exist in PostgreSQL',
  '3F000': notOurs,
  '42703': notOurs,
  '42883': notOurs,
  '42P01': 'The database lacks a table: its migrations must be applied',
  '42P10': notOurs,
  '53100': 'PostgreSQL has no room left on its disk',
  '53200': 'PostgreSQL is out of memory',
  '53300': 'PostgreSQL takes no more connections',
  '53400': 'PostgreSQL has reached a limit of its configuration, such as max_replication_slots',
  '58030': 'PostgreSQL can’t read or write its files',
  '58P01': 'PostgreSQL lacks a file of its database: see its log',
  XX001: damaged,
  XX002: damaged,
};

/** The sentence of an error that only its message tells apart from others. */
function reasonInWords(found: Error[], code: string): string | undefined {
  const said = found.at(-1)!.message;
  if (code === '42501') return `PostgreSQL denies the user of this service a right: ${said}; grant it`;
  const login = code === '28000' || code === '08P01' ? reasonOfLogin(said) : undefined;
  if (login) return login;
  if (said.includes('before secure TLS connection was established'))
    return 'PostgreSQL ends connections instead of encrypting them: turn ssl on there (POSTGRES_SSLMODE asks for TLS)';
  const isSqlState = /^\w{5}$/.test(code);
  const tls = isSqlState ? undefined : tlsTrouble('PostgreSQL', found[0], postgresTlsNames);
  if (tls) return tls;
  if (/^ERR_(TLS|SSL)/.test(code))
    return `TLS fails at POSTGRES_HOST and POSTGRES_PORT (${code}): is it PostgreSQL there?`;
  return undefined;
}

/** A refusal at the start of a session, by PostgreSQL or by PgBouncer, which has one code for all of them. */
function reasonOfLogin(said: string): string | undefined {
  return logins.find(([words]) => words.test(said))?.[1];
}

const logins: [words: RegExp, reason: string][] = [
  [/valid client certificate/, 'PostgreSQL asks for a certificate of this client: set POSTGRES_SSLCERT'],
  [
    /certificate authentication failed/,
    'PostgreSQL refuses the certificate of this client: it must be for the user that POSTGRES_USER names (POSTGRES_SSLCERT)',
  ],
  [/no encryption|SSL required/, 'PostgreSQL takes no connection without TLS: set POSTGRES_SSLMODE'],
  [/unsupported startup parameter/, 'At POSTGRES_HOST is a pooler such as PgBouncer: set POSTGRES_POOLED=transaction'],
  [
    /password|authentication failed|no such user/i,
    'PostgreSQL, or a pooler before it, refuses this service: mend POSTGRES_USER and POSTGRES_PASSWORD',
  ],
];

/** Returns the outage that an error means; undefined for a bug of ours, or the caller's mistake. */
export function asOutage(error: unknown): AppError | undefined {
  const found = causesOf(error);
  const unfit = found.find((cause) => cause instanceof Unfit);
  if (unfit) return unfit;
  const code = sqlState(error);
  if (code === undefined) return undefined;
  const reason = reasonInWords(found, code) ?? reasons[code];
  if (reason) return new Unfit(reason, error);
  return outages.test(code) ? unavailable('PostgreSQL', error) : undefined;
}

/**
 * SQLSTATE classes 08 (connection), 53 (resources) and 57 (operator intervention), an idle transaction that the server
 * ended (25P03), rows that were locked for longer than the operator's `lock_timeout` (55P03), the driver's own codes,
 * the system's (ECONNREFUSED), the resolver's, and those of TLS.
 */
const outages = new RegExp(
  [
    '^(08|53|57)...$',
    '^(25P03|55P03)$',
    '^(CONNECTION|CONNECT|ANSWER|QUEUE)_',
    '^E(?!RR_)[A-Z_]+$',
    '^DNS_',
    '^Connection[A-Z]',
    'CERT|^ERR_(TLS|SSL)',
  ].join('|'),
);

/** Returns the SQLSTATE (or the driver's code) of an error, also when Drizzle has wrapped it. */
export function sqlState(error: unknown): string | undefined {
  const found = causesOf(error).find((cause) => 'code' in cause && typeof cause.code === 'string');
  return (found as { code?: string } | undefined)?.code;
}

/**
 * Returns whether the database refused the statement itself: its schema is of another release, or the statement is
 * wrong.
 */
export const isMisfit = (error: unknown): boolean =>
  causesOf(error).some((cause) => 'code' in cause && /^(3F000|42703|42883|42P01|42P10)$/.test(String(cause.code)));

/** A response that did not come in time, by our clock or the driver's. */
const isSilence = (error: unknown): boolean =>
  causesOf(error).some((cause) => /^no answer in /.test(cause.message)) ||
  causesOf(error).some((cause) => 'code' in cause && /^(CONNECT|ANSWER|QUEUE)_TIMEOUT$/.test(String(cause.code)));

const silent =
  'PostgreSQL gives no answer in time: it hangs, has too much to do, or is not what listens at POSTGRES_HOST and POSTGRES_PORT';

/** Resources that the server lacks for a while: one successful call does not prove that all succeed. */
const lacking = /^(53100|53200|53300|58030)$/;
const rememberedMs = 5_000;

/**
 * Remembers the last reason of a failed call of a pool. `failing` returns it while writes may still fail by it;
 * `explain` adds it to an error without a reason, such as a timeout, or else a general one.
 */
export function troubles(nowMs: () => number) {
  let last: { reason: Unfit; lacks: boolean; atMs: number } | undefined;
  const recent = () => (last && nowMs() - last.atMs < rememberedMs ? last : undefined);
  return {
    met(told: unknown): void {
      if (told instanceof Unfit)
        last = { reason: told, lacks: lacking.test(sqlState(told.cause) ?? ''), atMs: nowMs() };
    },
    failing(): Unfit | undefined {
      const found = recent();
      return found?.lacks ? found.reason : undefined;
    },
    explain: (error: unknown): unknown => recent()?.reason ?? (isSilence(error) ? new Unfit(silent, error) : error),
  };
}
