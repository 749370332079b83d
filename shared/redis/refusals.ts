import { ReplyError } from 'ioredis';

/** Why a server that answers does not do what it was asked, in a sentence for operators; `passes` may be over in a moment. */
export type Refusal = { reason?: string; passes: boolean };

/** What the locks are kept with; no other server, and no older one, has it. */
export const needed = 'Redis 7.4 or newer is needed, or Valkey 9 or newer, for fields that expire (HPEXPIREAT)';

const passing = (reason?: string): Refusal => ({ ...(reason && { reason }), passes: true });
const lasting = (reason: string): Refusal => ({ reason, passes: false });

export const refusalOfDatabase = lasting('Redis has no such database: mend REDIS_DB');

/** By what a server says. The first that fits counts. */
const refusals: [RegExp, Refusal][] = [
  [/^(LOADING|MASTERDOWN|TRYAGAIN|ASK|BUSY|UNBLOCKED)\b/, passing()],
  [/^READONLY\b/, passing('REDIS_ADDR leads to a replica of Redis, which takes no writes: name the primary')],
  [/^CLUSTERDOWN\b/, passing('the Redis cluster is down: a part of its slots has no node')],
  [
    /^MOVED\b/,
    passing('REDIS_ADDR names one node of a Redis cluster: name several of its nodes, with commas between them'),
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
  [/^WRONGPASS\b|^ERR invalid password/, lasting('Redis refuses the password: mend REDIS_PASSWORD')],
  [
    /^NOPERM\b|ACL failure in script|user executing the script can't (run|access)/,
    lasting(
      'Redis does not let its user do what is needed: grant all commands, keys and channels (ACL SETUSER default ~* &* +@all)',
    ),
  ],
  [/^DENIED\b/, lasting('Redis is in protected mode and refuses clients of other machines: give it a password')],
  [/max number of clients/, passing('Redis has as many clients as it takes: raise its maxclients')],
  [/DB index is out of range|SELECT is not allowed/, refusalOfDatabase],
  [/cluster support disabled/, lasting('REDIS_ADDR names several servers, and they are no Redis cluster: name one')],
  // Of a script nobody is told which.
  [/unknown redis command called from script/i, lasting(needed)],
];

/** What a server refuses by this error, or undefined for one that tells of something else. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof Error)) return undefined;
  // None of a cluster's nodes can be used: the last of them tells why.
  if ('lastNodeError' in error) return refusalOf(error.lastNodeError);
  if (!(error instanceof ReplyError)) return undefined;
  const [, unknown] = /^ERR unknown command ['`]?([\w.|-]+)/i.exec(error.message) ?? [];
  if (unknown) return lasting(lacking([unknown]));
  return refusals.find(([said]) => said.test(error.message))?.[1];
}

/** The sentence on a server that does not know these commands. */
export function lacking(commands: string[]): string {
  const names = commands.map((name) => name.toUpperCase());
  if (names.some((name) => name.startsWith('HPEXPIRE'))) return needed;
  return `Redis knows no command ${names.join(', ')}: let it have that name (rename-command), or take Redis 7.4 or newer`;
}

/** The name and version of a server, from what its INFO says. */
export function serverName(info: string): string {
  const [, name, version] = /^(valkey|dragonfly|keydb)_version:(\S+)/m.exec(info) ?? [];
  if (name) return `${name} ${version}`;
  return `Redis ${/^redis_version:(\S+)/m.exec(info)?.[1] ?? 'of an unknown version'}`;
}
