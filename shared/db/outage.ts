import { type AppError, Unfit, unavailable } from '../errors.ts';

/** The oldest server whose answers our statements understand. */
const oldestMajor = 17;

/** What a session asks first, and what makes its server unfit; the next connection may meet another one. */
export const fitness = (oldest = oldestMajor) => ({
  query: `
    select current_setting('server_version') as version, current_setting('server_version_num')::int / 10000 as major,
      pg_is_in_recovery() as recovering`,
  judge([server]: { version: string; major: number; recovering: boolean }[]): Unfit | undefined {
    if (!server) return undefined;
    const version = server.version.split(' ')[0];
    if (server.major < oldest) return new Unfit(`PostgreSQL ${oldest} or newer is needed; this is ${version}`);
    if (server.recovering) return new Unfit('A PostgreSQL that can be written is needed; this is a standby');
    return undefined;
  },
});

/** Also what a mistake in a statement of ours looks like: the log has it, as the cause. */
const notOurs = 'The database’s schema is not this release’s: run `events migrate`';
const damaged = 'PostgreSQL has found damage in its files: see its log';

/** SQLSTATEs that have a sentence for operators. */
const reasons: Record<string, string> = {
  '25006': 'PostgreSQL is read-only',
  '28000': 'PostgreSQL refuses the user of this service',
  '28P01': 'PostgreSQL refuses the password of this service',
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

/** The sentence of an error that only its own words tell apart from others. */
function reasonInWords(found: Error[], code: string): string | undefined {
  const said = found.at(-1)!.message;
  if (code === '42501') return `PostgreSQL denies the user of this service a right: ${said}; grant it`;
  if (said.includes('before secure TLS connection was established'))
    return 'PostgreSQL ends connections instead of encrypting them: turn ssl on there, or set POSTGRES_SSLMODE=disable';
  if (/^ERR_(TLS|SSL)/.test(code))
    return `TLS fails at POSTGRES_HOST and POSTGRES_PORT (${code}): is it PostgreSQL there?`;
  return undefined;
}

/** An error as the outage that it is, or undefined: then it is a fault of ours, or of the caller's. */
export function asOutage(error: unknown): AppError | undefined {
  const found = causes(error);
  const unfit = found.find((cause) => cause instanceof Unfit);
  if (unfit) return unfit;
  const code = sqlState(error);
  if (code === undefined) return undefined;
  const reason = reasons[code] ?? reasonInWords(found, code);
  if (reason) return new Unfit(reason, error);
  return outages.test(code) ? unavailable('PostgreSQL', error) : undefined;
}

/**
 * SQLSTATE classes 08 (connection), 53 (resources) and 57 (operator intervention), a transaction that the server ended because
 * nothing came (25P03), rows that somebody had for longer than the `lock_timeout` that an operator has set (55P03), the driver's
 * own codes, the system's (ECONNREFUSED), the resolver's, and those of TLS.
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

/** The SQLSTATE (or the driver's code) of an error, also when Drizzle has wrapped it. */
export function sqlState(error: unknown): string | undefined {
  const found = causes(error).find((cause) => 'code' in cause && typeof cause.code === 'string');
  return (found as { code?: string } | undefined)?.code;
}

function causes(error: unknown): Error[] {
  const found: Error[] = [];
  for (let at = error; at instanceof Error; at = at.cause) found.push(at);
  return found;
}

/** Whether the database refused a statement itself: its schema is of another release, or the statement is wrong. */
export const isMisfit = (error: unknown): boolean =>
  causes(error).some((cause) => 'code' in cause && /^(3F000|42703|42883|42P01|42P10)$/.test(String(cause.code)));

/** An answer that did not come, by our clock or by the driver's. */
const isSilence = (error: unknown): boolean =>
  causes(error).some((cause) => /^no answer in /.test(cause.message)) ||
  causes(error).some((cause) => 'code' in cause && /^(CONNECT|ANSWER|QUEUE)_TIMEOUT$/.test(String(cause.code)));

const silent =
  'PostgreSQL gives no answer in time: it hangs, has too much to do, or is not what listens at POSTGRES_HOST and POSTGRES_PORT';

/** What the server lacks for a while: that another call has just succeeded does not say that all can. */
const lacking = /^(53100|53200|53300|58030)$/;
const rememberedMs = 5_000;

/**
 * Remembers the last reason that a call of a pool met. `failing` returns it while writes may still fail by it; `explain`
 * gives it to an error without a reason, such as a late answer, and a reason to one that stays without.
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
