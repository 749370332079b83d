import postgres from 'postgres';
import type { Place, PostgresConfig } from '../config/config.ts';
import { fitness } from './outage.ts';
import { tlsOf } from './tls.ts';

/**
 * `connections` are closed after their lifetime, unless a single one is `kept`. `oldest` is the oldest supported
 * release of the server. `asWritten`: statements are planned as they are written.
 */
export type DriverOptions = {
  max: number;
  deadlineMs: number;
  kept?: boolean;
  oldest?: number | undefined;
  asWritten?: boolean | undefined;
  onQuery?: ((text: string) => void) | undefined;
  onNotify?: (channel: string, payload: string) => void;
  onClose?: () => void;
};

/**
 * Settings of a session (PostgreSQL 17, section 19.7) under which a statement is planned as it is written: each table
 * is joined to the one before it by an index, whatever the statistics say. Otherwise a plan that was made while the
 * tables were small, or not analysed yet, would stay in use while they grow, and scan them for every sale of a rush.
 */
const plansAsWritten = {
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_material: 'off',
  join_collapse_limit: '1',
  from_collapse_limit: '1',
  // All plans are equal, so one generic plan is enough.
  plan_cache_mode: 'force_generic_plan',
};

/** The server ends a statement at its deadline: a connection that is silent for longer leads to no working server. */
const silenceMs = 500;
/** A session whose process died or hung in the middle of a transaction must not keep its rows locked. */
const idleTransactionMs = 10_000;

/**
 * The driver's client for one address; connects on first use. A connection without a response at its deadline (0: none)
 * is destroyed, and with it all idle ones of this process to the same address: they may lead to a server that is gone.
 * A call that has waited for a connection until its deadline is never sent.
 */
export function openDriver(config: PostgresConfig, options: DriverOptions) {
  const { max, deadlineMs, onQuery } = options;
  const neighbours = neighboursAt(config);
  const hosts = [config, ...(config.others ?? [])];
  // The driver's types know one host.
  const address = (hosts.length === 1
    ? { host: config.host, port: config.port }
    : { host: hosts.map(({ host }) => host), port: hosts.map(({ port }) => port) }) as unknown as Place;
  const settings = {
    // Zero is no limit, whatever the server or the role is set to.
    statement_timeout: deadlineMs,
    idle_in_transaction_session_timeout: deadlineMs === 0 ? 0 : Math.max(deadlineMs, idleTransactionMs),
    ...(options.asWritten && plansAsWritten),
  };
  // Our patch's additions to the driver, and its own internals, have no types.
  const untyped = {
    queue_timeout: deadlineMs === 0 ? null : deadlineMs / 1000,
    answer_timeout: deadlineMs === 0 ? null : (deadlineMs + silenceMs) / 1000,
    fitness: fitness(options.oldest, config.writable),
    prelude: config.pooled ? preludeOf(settings) : undefined,
    onsilent: () => neighbours.forEach((drop) => void drop()),
    onnotify: options.onNotify,
  };
  const sql = postgres({
    ...untyped,
    ...address,
    user: config.user,
    password: config.password,
    database: config.database,
    ssl: tlsOf(config),
    // `fitness` decides; left out, the driver would read libpq's variable by itself.
    target_session_attrs: 'primary',
    // A pooler that gives a connection for one transaction keeps nothing of a session.
    prepare: !config.pooled,
    max,
    idle_timeout: options.kept ? 0 : config.connMaxIdleTimeMs / 1000,
    max_lifetime: options.kept || config.connMaxLifetimeMs === 0 ? null : config.connMaxLifetimeMs / 1000,
    connect_timeout: Math.max(1, Math.floor((deadlineMs || 5000) / 1000)),
    // A short constant pause: the pool must reconnect as soon as the server is back, not after a grown backoff.
    backoff: () => 0.1,
    onnotice: () => {},
    ...(options.onClose && { onclose: options.onClose }),
    ...(onQuery && { debug: (_connection: number, text: string) => onQuery(text) }),
    connection: { application_name: config.applicationName, ...(!config.pooled && settings) },
  });
  const { drop } = sql as unknown as { drop: () => void };
  neighbours.add(drop);
  return {
    sql,
    close(graceSeconds: number): Promise<void> {
      neighbours.delete(drop);
      return sql.end({ timeout: graceSeconds });
    },
  };
}

/**
 * Settings in one statement, for the transaction that it is a part of: a pooler refuses them where a session begins.
 * The driver sends it with the first statement of each transaction, so that it costs no time on the way.
 */
function preludeOf(settings: Record<string, string | number>): string | undefined {
  const calls = Object.entries(settings).map(([name, value]) => `set_config('${name}', '${value}', true)`);
  return calls.length > 0 ? `select ${calls}` : undefined;
}

/** Functions that drop the idle connections of each pool of this process, by address. */
const pools = new Map<string, Set<() => void>>();

function neighboursAt({ host, port }: PostgresConfig): Set<() => void> {
  const address = `${host}:${port}`;
  const there = pools.get(address) ?? new Set();
  pools.set(address, there);
  return there;
}
