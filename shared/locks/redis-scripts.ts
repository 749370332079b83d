import type { RedisClient } from '../redis/client.ts';

type Answer = (string | number)[];

type Keys = [locks: string, ends: string, more: string];

/** The scripts as commands. The driver sends a script's text again when Redis has forgotten it. */
export type Scripts = {
  acquireTicketLocks(
    ...args: [
      ...keys: Keys,
      mine: string,
      owner: string,
      token: string,
      ttlMs: number,
      limit: number,
      note: string,
      ...tickets: string[],
    ]
  ): Promise<Answer>;
  heldTicketLocks(...args: [...keys: Keys, owner: string, ...tickets: string[]]): Promise<Answer>;
  adoptTicketLocks(...args: [...keys: Keys, ...named: string[]]): Promise<number>;
  extendTicketLocks(...args: [...keys: Keys, ttlMs: number, ...named: string[]]): Promise<number>;
  coverTicketLocks(...args: [...keys: Keys, windowMs: number, ...named: string[]]): Promise<number>;
  uncoverTicketLocks(...args: [...keys: Keys, ...named: string[]]): Promise<number>;
  releaseTicketLocks(...args: [...keys: Keys, all: 0 | 1, ...named: string[]]): Promise<number>;
  purgeTicketLocks(...keys: Keys): Promise<string[]>;
  takeEventsWithEnds(events: string, limit: number): Promise<string[]>;
};

export function withScripts(client: RedisClient): Scripts {
  for (const [name, script] of Object.entries(scripts)) client.defineCommand(name, script);
  return client as unknown as Scripts;
}

// A lock is a field of the hash KEYS[1]: the ticket's uuid, with "<token> <owner>" as its value and a time to live. The
// sorted set KEYS[2] has the tickets by their locks' ends, in milliseconds, to tell later which have expired: a field
// that has expired is gone without a trace. The hash KEYS[3] has the rare properties of locks: "<token> <adopted> <end>
// <note>", where the end is that of the hold if its lock outlives it, else 0; it belongs to the lock with its token.
// Its fields live as long as their locks, so that it is as safe from eviction as those: no key that matters has a time
// to live. The set KEYS[4] has the tickets that one owner took, to count those that are still held; it is kept only if
// there is a limit. Time stands still while a script runs.
const clock = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

const reading = `
  local function more(ticket, token)
    local value = redis.call('HGET', KEYS[3], ticket)
    if not value or string.sub(value, 1, 36) ~= token then return false, 0, '' end
    local adopted, ends, note = string.match(value, '^(%d) (%d+) (.*)$', 38)
    return adopted == '1', tonumber(ends), note
  end
  local function lockEnd(ticket)
    return redis.call('HPEXPIRETIME', KEYS[1], 'FIELDS', 1, ticket)[1]
  end
  local function holdEnd(ticket, token)
    local _, ends, note = more(ticket, token)
    return ends > 0 and ends or lockEnd(ticket), note
  end
  local function isUnder(ticket, token)
    local value = redis.call('HGET', KEYS[1], ticket)
    return value and string.sub(value, 1, 36) == token
  end`;

const writing = `
  local function keep(key, ms)
    if redis.call('PTTL', key) < ms then redis.call('PEXPIRE', key, ms) end
  end
  local function write(ticket, token, adopted, ends, note, till)
    redis.call('HSET', KEYS[3], ticket, token .. ' ' .. (adopted and '1' or '0') .. ' ' .. ends .. ' ' .. note)
    redis.call('HPEXPIREAT', KEYS[3], till, 'FIELDS', 1, ticket)
  end
  local function free(ticket)
    redis.call('HDEL', KEYS[1], ticket)
    redis.call('ZREM', KEYS[2], ticket)
    redis.call('HDEL', KEYS[3], ticket)
  end
  local function finish(ticket, token, lock, hold)
    local adopted, before, note = more(ticket, token)
    redis.call('HPEXPIREAT', KEYS[1], lock, 'FIELDS', 1, ticket)
    redis.call('ZADD', KEYS[2], lock, ticket)
    local ends = hold < lock and hold or 0
    if adopted or ends > 0 or before > 0 or note ~= '' then write(ticket, token, adopted, ends, note, lock) end
    keep(KEYS[2], lock - now + 3600000)
  end
  local function allHeld(first)
    for i = first, #ARGV, 2 do
      if not isUnder(ARGV[i], ARGV[i + 1]) or holdEnd(ARGV[i], ARGV[i + 1]) <= now then return false end
    end
    return true
  end`;

/**
 * Takes all of the tickets or none: [1, token, end, note, …, other tickets of the owner…], [0, places of those that
 * others hold…], or [2] when they would be too many. A limit of 0 means none. Conflicts come first, as a rush has many
 * losers.
 */
const acquire = `
  local owner, token, ttl, limit, note = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
  local tickets = {unpack(ARGV, 6)}
  local values = redis.call('HMGET', KEYS[1], unpack(tickets))
  local missing, pairs_, own, refused = {}, {}, {}, {0}
  for i, value in ipairs(values) do
    if not value then
      missing[#missing + 1] = tickets[i]
      pairs_[#pairs_ + 1] = tickets[i]
      pairs_[#pairs_ + 1] = token .. ' ' .. owner
    elseif string.sub(value, 38) ~= owner then
      refused[#refused + 1] = i
    else
      own[#own + 1] = i
    end
  end
  if #refused > 1 then return refused end
  ${clock}
  local before = {}
  if #own > 0 then
    ${reading}
    for _, i in ipairs(own) do
      local its = string.sub(values[i], 1, 36)
      local till, noted = holdEnd(tickets[i], its)
      if till <= now then refused[#refused + 1] = i end
      before[i] = {its, till, noted}
    end
    if #refused > 1 then return refused end
  end
  local others = {}
  if limit > 0 then
    local asked = {}
    for _, ticket in ipairs(tickets) do asked[ticket] = true end
    for _, ticket in ipairs(redis.call('SMEMBERS', KEYS[4])) do
      local value = redis.call('HGET', KEYS[1], ticket)
      if not value or string.sub(value, 38) ~= owner then
        redis.call('SREM', KEYS[4], ticket)
      elseif not asked[ticket] then
        others[#others + 1] = ticket
      end
    end
    if #missing > 0 then
      if #others + #tickets > limit then return {2} end
      redis.call('SADD', KEYS[4], unpack(missing))
      -- A hold may be extended once, and covered while it is paid for.
      redis.call('PEXPIRE', KEYS[4], 2 * ttl + 3600000)
    end
  end
  local ends = now + ttl
  if #missing > 0 then
    redis.call('HSET', KEYS[1], unpack(pairs_))
    -- Nothing that a script has written is taken back when its next command is refused, as by an old Redis or for want
    -- of a right: the lock would never end.
    local ended = redis.pcall('HPEXPIREAT', KEYS[1], ends, 'FIELDS', #missing, unpack(missing))
    if ended.err then
      redis.call('HDEL', KEYS[1], unpack(missing))
      return ended
    end
    local ending, noting = {}, {}
    for _, ticket in ipairs(missing) do
      ending[#ending + 1] = ends
      ending[#ending + 1] = ticket
      noting[#noting + 1] = ticket
      noting[#noting + 1] = token .. ' 0 0 ' .. note
    end
    redis.call('ZADD', KEYS[2], unpack(ending))
    redis.call('PEXPIRE', KEYS[2], ttl + 3600000)
    if note ~= '' then
      redis.call('HSET', KEYS[3], unpack(noting))
      redis.call('HPEXPIREAT', KEYS[3], ends, 'FIELDS', #missing, unpack(missing))
    end
  end
  local answer = {1}
  for i = 1, #tickets do
    local its = before[i] or {token, ends, note}
    for n = 1, 3 do answer[#answer + 1] = its[n] end
  end
  for _, ticket in ipairs(others) do answer[#answer + 1] = ticket end
  return answer`;

/** Returns the owner's locks: [token or '', end, note, …]. */
const held = `${clock}${reading}
  local tickets = {unpack(ARGV, 2)}
  local answer = {}
  for i, value in ipairs(redis.call('HMGET', KEYS[1], unpack(tickets))) do
    local token, ends, note = '', 0, ''
    if value and string.sub(value, 38) == ARGV[1] then
      token = string.sub(value, 1, 36)
      ends, note = holdEnd(tickets[i], token)
      if ends <= now then token = '' end
    end
    answer[#answer + 1] = token
    answer[#answer + 1] = ends
    answer[#answer + 1] = note
  end
  return answer`;

/** Returns 1 if every ticket was held under its token, like the next two. */
const adopt = `${clock}${reading}${writing}
  if not allHeld(1) then return 0 end
  for i = 1, #ARGV, 2 do
    local _, ends, note = more(ARGV[i], ARGV[i + 1])
    write(ARGV[i], ARGV[i + 1], true, ends, note, lockEnd(ARGV[i]))
  end
  return 1`;

const extend = `${clock}${reading}${writing}
  if not allHeld(2) then return 0 end
  for i = 2, #ARGV, 2 do
    local hold = math.max(holdEnd(ARGV[i], ARGV[i + 1]), now + ARGV[1])
    finish(ARGV[i], ARGV[i + 1], math.max(lockEnd(ARGV[i]), hold), hold)
  end
  return 1`;

const cover = `${clock}${reading}${writing}
  if not allHeld(2) then return 0 end
  for i = 2, #ARGV, 2 do
    local lock = math.max(lockEnd(ARGV[i]), now + ARGV[1])
    finish(ARGV[i], ARGV[i + 1], lock, (holdEnd(ARGV[i], ARGV[i + 1])))
  end
  return 1`;

/** Returns how many locks that frees. */
const uncover = `${clock}${reading}${writing}
  local freed = 0
  for i = 1, #ARGV, 2 do
    if isUnder(ARGV[i], ARGV[i + 1]) then
      local hold = holdEnd(ARGV[i], ARGV[i + 1])
      if hold <= now then
        free(ARGV[i])
        freed = freed + 1
      else
        finish(ARGV[i], ARGV[i + 1], hold, hold)
      end
    end
  end
  return freed`;

/** Frees the locks under their token, all of them or those that no call has adopted; returns how many. */
const release = `${clock}${reading}${writing}
  local freed = 0
  for i = 2, #ARGV, 2 do
    if isUnder(ARGV[i], ARGV[i + 1]) and (ARGV[1] == '1' or not more(ARGV[i], ARGV[i + 1])) then
      free(ARGV[i])
      freed = freed + 1
    end
  end
  return freed`;

/** Returns the earliest remaining end, or '', and the tickets whose locks have expired. */
const purge = `${clock}
  local tickets = redis.call('ZRANGE', KEYS[2], '-inf', now, 'BYSCORE', 'LIMIT', 0, 5000)
  local answer = {''}
  for _, ticket in ipairs(tickets) do
    redis.call('ZREM', KEYS[2], ticket)
    if redis.call('HEXISTS', KEYS[1], ticket) == 0 then
      redis.call('HDEL', KEYS[3], ticket)
      answer[#answer + 1] = ticket
    end
  end
  local next = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
  if next[2] then answer[1] = next[2] end
  return answer`;

/** Removes and returns the events with a past end: the caller sweeps them, and notes their next ends. */
const takeEvents = `${clock}
  local events = redis.call('ZRANGE', KEYS[1], '-inf', now, 'BYSCORE', 'LIMIT', 0, ARGV[1])
  if #events > 0 then redis.call('ZREM', KEYS[1], unpack(events)) end
  return events`;

const scripts = {
  acquireTicketLocks: { numberOfKeys: 4, lua: acquire },
  heldTicketLocks: { numberOfKeys: 3, lua: held },
  adoptTicketLocks: { numberOfKeys: 3, lua: adopt },
  extendTicketLocks: { numberOfKeys: 3, lua: extend },
  coverTicketLocks: { numberOfKeys: 3, lua: cover },
  uncoverTicketLocks: { numberOfKeys: 3, lua: uncover },
  releaseTicketLocks: { numberOfKeys: 3, lua: release },
  purgeTicketLocks: { numberOfKeys: 3, lua: purge },
  takeEventsWithEnds: { numberOfKeys: 1, lua: takeEvents },
};

/** The commands that a server needs to run them. */
export const commandsInScripts = [
  ...new Set(
    Object.values(scripts).flatMap(({ lua }) => [...lua.matchAll(/redis\.call\('(\w+)'/g)].map(([, name]) => name!)),
  ),
];
