import { ReplyError } from 'ioredis';
import { tlsTrouble } from '../config/tls.ts';
import { PrimaryAway, SentinelError, unknownMaster } from './sentinel.ts';
import { SpeaksOther } from './speaks.ts';

/** Why a server refuses a command, in a sentence for operators; `passes`: it may be over in a moment. */
export type Refusal = { reason?: string; passes: boolean };

/** The command that the locks need; no other server, and no older one, has it. */
export const needed = 'Redis 7.4 or newer is needed, or Valkey 9 or newer, for fields that expire (HPEXPIREAT)';

const passing = (reason?: string): Refusal => ({ ...(reason && { reason }), passes: true });
const lasting = (reason: string): Refusal => ({ reason, passes: false });

export const refusalOfDatabase = lasting('Redis has no such database: mend REDIS_DB');

/** By the server's message. The first match counts. */
const refusals: [RegExp, Refusal][] = [
  [/^(LOADING|MASTERDOWN|TRYAGAIN|ASK|BUSY|UNBLOCKED)\b/, passing()],
  [/^READONLY\b/, passing('REDIS_ADDR leads to a replica of Redis, which takes no writes: name the primary')],
  [/^CLUSTERDOWN\b/, passing('the Redis cluster is down: a part of its slots has no node')],
  [
    /^MOVED\b/,
    passing(
      'REDIS_ADDR names one node of a Redis cluster: name several of its nodes, with commas between them, or set REDIS_CLUSTER=true',
    ),
  ],
  [
    /^OOM\b/,
    lasting('Redis is full (maxmemory) and refuses writes: give it memory, and maxmemory-policy volatile-lru'),
  ],
  [
    /^MISCONF\b/,
    lasting('Redis refuses writes, for it can’t save its data to its disk: make room there, or switch saving off'),
  ],
  [/^NOREPLICAS\b/, lasting('Redis refuses writes, for too few of its replicas are there (min-replicas-to-write)')],
  [/^NOAUTH\b|^ERR operation not permitted/, lasting('Redis asks for a password: set REDIS_PASSWORD')],
  [
    /^WRONGPASS\b|^ERR invalid password/,
    lasting('Redis refuses the password: mend REDIS_PASSWORD, and REDIS_USERNAME if it is set'),
  ],
  [
    /^NOPERM\b|ACL failure in script|user executing the script can't (run|access)/,
    lasting(
      'Redis does not let its user do what is needed: grant all commands, keys and channels, or those that docs/operations.md lists (ACL SETUSER)',
    ),
  ],
  [/^DENIED\b/, lasting('Redis is in protected mode and refuses clients of other machines: give it a password')],
  [/max number of clients/, passing('Redis has as many clients as it takes: raise its maxclients')],
  [/DB index is out of range|SELECT is not allowed/, refusalOfDatabase],
  [/cluster support disabled/, lasting('REDIS_ADDR leads to no Redis cluster: name one server, without REDIS_CLUSTER')],
  // The error of a script does not name the command.
  [/unknown redis command called from script/i, lasting(needed)],
];

const primaryAway = passing(
  'Sentinel names a primary of Redis that can’t be reached from here: is it there, and does it announce an address of this network?',
);

/** By Sentinel's message. */
const refusalsOfSentinel: [RegExp, Refusal][] = [
  [new RegExp(unknownMaster), lasting('Sentinel knows no Redis of that name: mend REDIS_SENTINEL_MASTER')],
  [/^NOAUTH\b/, lasting('Sentinel asks for a password: set REDIS_SENTINEL_PASSWORD')],
  [
    /^WRONGPASS\b/,
    lasting('Sentinel refuses the password: mend REDIS_SENTINEL_PASSWORD, and REDIS_SENTINEL_USERNAME if it is set'),
  ],
  [/^NOPERM\b/, lasting('Sentinel does not let its user ask: grant +sentinel|get-master-addr-by-name (ACL SETUSER)')],
  [/unknown command/i, lasting('REDIS_SENTINELS leads to a server that is no Sentinel: mend it')],
  [/ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ENETUNREACH/, passing('no Sentinel can be reached: mend REDIS_SENTINELS')],
];

const tlsNames = {
  tls: 'REDIS_TLS',
  ca: 'REDIS_TLS_CA',
  cert: 'REDIS_TLS_CERT and REDIS_TLS_KEY',
};

/** Returns the refusal of a connection by `server`, whose address is in the variable `address`. */
function refusalOfConnection(server: string, address: string, error: unknown): Refusal | undefined {
  if (error instanceof SpeaksOther) {
    return lasting(
      error.speaks === 'tls'
        ? `${server} speaks TLS: set REDIS_TLS=true, or write rediss:// in REDIS_ADDR`
        : `${server} does not speak TLS: mend REDIS_TLS, or rediss:// in REDIS_ADDR, or turn TLS on there`,
    );
  }
  const names = { ...tlsNames, address: `${address}, or in REDIS_TLS_SERVERNAME` };
  const trouble = tlsTrouble(server, error, names);
  return trouble === undefined ? undefined : lasting(trouble);
}

function refusalOfSentinel({ cause }: SentinelError): Refusal | undefined {
  const said = cause instanceof Error ? cause.message : '';
  return (
    refusalOfConnection('Sentinel', 'REDIS_SENTINELS', cause) ??
    refusalsOfSentinel.find(([pattern]) => pattern.test(said))?.[1]
  );
}

/** Returns the refusal that an error means, or undefined for any other error. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof Error)) return undefined;
  // None of a cluster's nodes can be used: the last error tells why.
  if ('lastNodeError' in error) return refusalOf(error.lastNodeError);
  if (error instanceof SentinelError) return refusalOfSentinel(error);
  if (error instanceof PrimaryAway) return primaryAway;
  if (!(error instanceof ReplyError)) return refusalOfConnection('Redis', 'REDIS_ADDR', error);
  const [, unknown] = /^ERR unknown command ['`]?([\w.|-]+)/i.exec(error.message) ?? [];
  if (unknown) return lasting(lacking([unknown]));
  return refusals.find(([said]) => said.test(error.message))?.[1];
}

/** Returns the sentence about a server without these commands. */
export function lacking(commands: string[]): string {
  const names = commands.map((name) => name.toUpperCase());
  if (names.some((name) => name.startsWith('HPEXPIRE'))) return needed;
  return `Redis knows no command ${names.join(', ')}: let it have that name (rename-command), or take Redis 7.4 or newer`;
}

/** Returns the name and version of a server, from its INFO. */
export function serverName(info: string): string {
  const [, name, version] = /^(valkey|dragonfly|keydb)_version:(\S+)/m.exec(info) ?? [];
  if (name) return `${name} ${version}`;
  return `Redis ${/^redis_version:(\S+)/m.exec(info)?.[1] ?? 'of an unknown version'}`;
}
