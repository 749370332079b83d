import type { RedisClient } from '../redis/client.ts';

type Answer = (string | number)[];

/** The scripts as commands. The driver sends a script's text again when Redis has forgotten it. */
export type Scripts = {
  acquireTicketLocks(
    locks: string,
    ends: string,
    mine: string,
    owner: string,
    token: string,
    ttlMs: number,
    limit: number,
    ...tickets: string[]
  ): Promise<Answer>;
  heldTicketLocks(locks: string, owner: string, ...tickets: string[]): Promise<Answer>;
  extendTicketLocks(locks: string, ends: string, ttlMs: number, ...named: string[]): Promise<number>;
  releaseTicketLocks(locks: string, ends: string, ...named: string[]): Promise<number>;
  purgeTicketLocks(locks: string, ends: string): Promise<string[]>;
  takeEventsWithEnds(events: string, limit: number): Promise<string[]>;
};

export function withScripts(client: RedisClient): Scripts {
  for (const [name, script] of Object.entries(scripts)) client.defineCommand(name, script);
  return client as unknown as Scripts;
}

// A lock is a field of the hash KEYS[1]: the ticket's uuid, with "<token> <owner>" as its value and a time to live. The
// sorted set KEYS[2] has the tickets by their locks' ends, in milliseconds, to tell later which have expired: a field
// that has expired is gone without a trace. The set KEYS[3] has the tickets that one owner took, to count those that are
// still held; it is kept only where there is a limit. Time stands still while a script runs.

/**
 * All of the tickets or none: [1, token, end, …, other tickets of the owner…], [0, places of those that others hold…], or
 * [2] when they would be too many. A limit of 0 is none.
 */
const acquire = `
  local owner, token, ttl, limit = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
  local tickets = {unpack(ARGV, 5)}
  local values = redis.call('HMGET', KEYS[1], unpack(tickets))
  local missing, pairs_, taken = {}, {}, {0}
  for i, value in ipairs(values) do
    if not value then
      missing[#missing + 1] = tickets[i]
      pairs_[#pairs_ + 1] = tickets[i]
      pairs_[#pairs_ + 1] = token .. ' ' .. owner
      values[i] = token
    elseif string.sub(value, 38) ~= owner then
      taken[#taken + 1] = i
    end
  end
  if #taken > 1 then return taken end
  local others = {}
  if #missing > 0 and limit > 0 then
    local asked = {}
    for _, ticket in ipairs(tickets) do asked[ticket] = true end
    for _, ticket in ipairs(redis.call('SMEMBERS', KEYS[3])) do
      local value = redis.call('HGET', KEYS[1], ticket)
      if not value or string.sub(value, 38) ~= owner then
        redis.call('SREM', KEYS[3], ticket)
      elseif not asked[ticket] then
        others[#others + 1] = ticket
      end
    end
    if #others + #tickets > limit then return {2} end
    redis.call('SADD', KEYS[3], unpack(missing))
    redis.call('PEXPIRE', KEYS[3], ttl + 3600000)
  end
  if #missing > 0 then
    redis.call('HSET', KEYS[1], unpack(pairs_))
    redis.call('HPEXPIRE', KEYS[1], ttl, 'FIELDS', #missing, unpack(missing))
  end
  local ends = redis.call('HPEXPIRETIME', KEYS[1], 'FIELDS', #tickets, unpack(tickets))
  local answer, noted = {1}, {}
  for i, value in ipairs(values) do
    answer[#answer + 1] = value
    answer[#answer + 1] = ends[i]
    if value == token then
      noted[#noted + 1] = ends[i]
      noted[#noted + 1] = tickets[i]
    end
  end
  if #noted > 0 then
    redis.call('ZADD', KEYS[2], unpack(noted))
    redis.call('PEXPIRE', KEYS[2], ttl + 3600000)
  end
  for _, ticket in ipairs(others) do answer[#answer + 1] = ticket end
  return answer`;

/** What the owner holds: [token or '', end, …]. */
const held = `
  local tickets = {unpack(ARGV, 2)}
  local values = redis.call('HMGET', KEYS[1], unpack(tickets))
  local answer = {}
  for i, value in ipairs(values) do
    local own = value and string.sub(value, 38) == ARGV[1]
    answer[#answer + 1] = own and value or ''
    answer[#answer + 1] = own and redis.call('HPEXPIRETIME', KEYS[1], 'FIELDS', 1, tickets[i])[1] or 0
  end
  return answer`;

/** 1 if every ticket was under its token. */
const extend = `
  for i = 2, #ARGV, 2 do
    local value = redis.call('HGET', KEYS[1], ARGV[i])
    if not value or string.sub(value, 1, 36) ~= ARGV[i + 1] then return 0 end
  end
  for i = 2, #ARGV, 2 do
    redis.call('HPEXPIRE', KEYS[1], ARGV[1], 'GT', 'FIELDS', 1, ARGV[i])
    redis.call('ZADD', KEYS[2], redis.call('HPEXPIRETIME', KEYS[1], 'FIELDS', 1, ARGV[i])[1], ARGV[i])
  end
  return 1`;

/** How many were under their token, and are free now. */
const release = `
  local freed = 0
  for i = 1, #ARGV, 2 do
    local value = redis.call('HGET', KEYS[1], ARGV[i])
    if value and string.sub(value, 1, 36) == ARGV[i + 1] then
      redis.call('HDEL', KEYS[1], ARGV[i])
      redis.call('ZREM', KEYS[2], ARGV[i])
      freed = freed + 1
    end
  end
  return freed`;

/** The earliest end that is left, or '', and the tickets whose locks have expired. */
const purge = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local tickets = redis.call('ZRANGE', KEYS[2], '-inf', now, 'BYSCORE', 'LIMIT', 0, 5000)
  local answer = {''}
  for _, ticket in ipairs(tickets) do
    redis.call('ZREM', KEYS[2], ticket)
    if redis.call('HEXISTS', KEYS[1], ticket) == 0 then answer[#answer + 1] = ticket end
  end
  local next = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
  if next[2] then answer[1] = next[2] end
  return answer`;

/** The events that have an end behind them, taken off: whoever takes one looks at it, and notes its next end. */
const takeEvents = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local events = redis.call('ZRANGE', KEYS[1], '-inf', now, 'BYSCORE', 'LIMIT', 0, ARGV[1])
  if #events > 0 then redis.call('ZREM', KEYS[1], unpack(events)) end
  return events`;

const scripts = {
  acquireTicketLocks: { numberOfKeys: 3, lua: acquire },
  heldTicketLocks: { numberOfKeys: 1, lua: held },
  extendTicketLocks: { numberOfKeys: 2, lua: extend },
  releaseTicketLocks: { numberOfKeys: 2, lua: release },
  purgeTicketLocks: { numberOfKeys: 2, lua: purge },
  takeEventsWithEnds: { numberOfKeys: 1, lua: takeEvents },
};
