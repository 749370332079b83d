import { ConfigError, type Secret, textOf, type Values, v } from './environment.ts';
import { checkPair, pemVariables, type TlsFiles } from './tls.ts';

export const redisVariables = {
  REDIS_ADDR: {
    ...v.redis(
      'Redis 8 for locks, caches and live views: host:port, or rediss://user:password@host:port/database with TLS, redis:// without; several with commas are a cluster. Without it PostgreSQL and the process do its work',
    ),
    also: ['REDIS_URL'],
  },
  REDIS_USERNAME: v.text('', 'Redis user (ACL); empty: its user default'),
  REDIS_PASSWORD: v.secret('', 'Redis password'),
  REDIS_DB: v.integer(0, 0, 15, 'Redis database; a cluster has only 0'),
  REDIS_CLUSTER: v.flag(false, 'REDIS_ADDR is one address that leads to a cluster, such as its configuration endpoint'),
  REDIS_TLS: v.oneOf(
    ['auto', 'true', 'false'],
    'auto',
    'TLS to Redis, and to Sentinel; `auto` is as REDIS_ADDR says: rediss:// is with TLS',
  ),
  ...pemVariables('REDIS_TLS', 'Redis'),
  REDIS_TLS_SERVERNAME: v.text(
    '',
    'Name that Redis’ certificate must be for; empty: the host in the address, or the one that a cluster or Sentinel names',
  ),
  REDIS_SENTINELS: v.sentinels(
    'Sentinel’s processes (host:port, several with commas), which say where Redis is; instead of REDIS_ADDR',
  ),
  REDIS_SENTINEL_MASTER: v.text('mymaster', 'Name by which Sentinel knows the Redis'),
  REDIS_SENTINEL_USERNAME: v.text('', 'Sentinel’s user (ACL); empty: its user default'),
  REDIS_SENTINEL_PASSWORD: v.secret('', 'Sentinel’s password, if it asks for one'),
};

/** Files for TLS, and the name that the server's certificate must be for, if that is not its host's. */
export type RedisTls = TlsFiles & { serverName?: string | undefined };

/** A login; the user `default` has no name here. */
export type RedisLogin = { username?: string | undefined; password: Secret };

/** Where Redis is. */
export type RedisConfig = RedisLogin & {
  /** host:port of a server, or of some of a cluster; none where Sentinel says it. */
  nodes: string[];
  /** One node leads to a cluster; several always do. */
  cluster?: boolean | undefined;
  database: number;
  tls?: RedisTls | undefined;
  sentinel?: (RedisLogin & { nodes: string[]; master: string }) | undefined;
};

/** Returns the configuration of Redis; undefined when there is none. */
export function redisConfig(values: Values<typeof redisVariables>): RedisConfig | undefined {
  const { nodes, username, password, database } = values.REDIS_ADDR;
  const sentinels = values.REDIS_SENTINELS;
  if (nodes.length === 0 && sentinels.length === 0) return undefined;
  refuse(
    [
      nodes.length > 0 && sentinels.length > 0,
      'REDIS_ADDR, REDIS_SENTINELS: set one of them: Sentinel says where Redis is',
    ],
    [values.REDIS_CLUSTER && sentinels.length > 0, 'REDIS_CLUSTER, REDIS_SENTINELS: a cluster has no Sentinel'],
    [differ(username, values.REDIS_USERNAME), 'REDIS_ADDR, REDIS_USERNAME: each names another user'],
    [
      differ(password, textOf(values.REDIS_PASSWORD)),
      'REDIS_ADDR, REDIS_PASSWORD: each names another password: write it in one of them',
    ],
    [
      database !== undefined && values.REDIS_DB !== 0 && database !== values.REDIS_DB,
      'REDIS_ADDR, REDIS_DB: each names another database: write it in one of them',
    ],
  );
  const at: RedisConfig = {
    nodes,
    cluster: values.REDIS_CLUSTER || undefined,
    username: username || values.REDIS_USERNAME || undefined,
    password: password || values.REDIS_PASSWORD,
    database: database ?? values.REDIS_DB,
    tls: redisTls(values),
    sentinel: sentinels.length === 0 ? undefined : sentinelConfig(values),
  };
  refuse(
    [(nodes.length > 1 || values.REDIS_CLUSTER) && at.database !== 0, 'REDIS_DB: a cluster has only database 0'],
    [at.username && !at.password, userWithout('REDIS_USERNAME', 'REDIS_PASSWORD')],
    [at.sentinel?.username && !at.sentinel.password, userWithout('REDIS_SENTINEL_USERNAME', 'REDIS_SENTINEL_PASSWORD')],
  );
  return at;
}

const sentinelConfig = (values: Values<typeof redisVariables>) => ({
  nodes: values.REDIS_SENTINELS,
  master: values.REDIS_SENTINEL_MASTER,
  username: values.REDIS_SENTINEL_USERNAME || undefined,
  password: values.REDIS_SENTINEL_PASSWORD,
});

function redisTls(values: Values<typeof redisVariables>): RedisTls | undefined {
  const byAddress = values.REDIS_ADDR.tls;
  const byName = values.REDIS_TLS === 'auto' ? undefined : values.REDIS_TLS === 'true';
  const [ca, cert, key] = [values.REDIS_TLS_CA, values.REDIS_TLS_CERT, values.REDIS_TLS_KEY];
  const serverName = values.REDIS_TLS_SERVERNAME || undefined;
  refuse([
    byAddress !== undefined && byName !== undefined && byAddress !== byName,
    'REDIS_ADDR, REDIS_TLS: one is with TLS and the other without: rediss:// is with it, redis:// without',
  ]);
  if (byAddress ?? byName) {
    checkPair({ cert, key }, { cert: 'REDIS_TLS_CERT', key: 'REDIS_TLS_KEY' });
    return { ca, cert, key, serverName };
  }
  const given = Object.entries({ CA: ca, CERT: cert, KEY: key, SERVERNAME: serverName }).find(([, value]) => value);
  refuse([given, `REDIS_TLS_${given?.[0]}: is for TLS: write rediss:// in REDIS_ADDR, or set REDIS_TLS=true`]);
  return undefined;
}

/** A user without a password has probably slipped into the place of one, or the other way round. */
const userWithout = (user: string, password: string) =>
  `${user}, ${password}: a user needs a password; a password without a user is written redis://:password@host:port`;

const differ = (one: string | undefined, other: string) => Boolean(one && other && one !== other);

/** Throws `ConfigError` for each case that is there. */
function refuse(...cases: [isThere: unknown, problem: string][]): void {
  const problems = cases.flatMap(([isThere, problem]) => (isThere ? [problem] : []));
  if (problems.length > 0) throw new ConfigError(problems);
}
