-- What every script about webhooks shares. Time is Redis's own, in milliseconds. KEYS[1] is the
-- delivery's hash where a script is about one; all other keys share its hash tag.
-- A delivery's hash: v, owner, url, offset and bytes (of its message in the log), state, attempts (of all
-- time), step (attempts since it was last begun), token (counts leases), flight (end of the lease of
-- whoever makes an attempt now), failing (when it first failed since it was last begun), a:<n> (the n-th attempt, JSON).
local P = '{millrace}:'
local DUE, EPOCH, DEAD_OWNERS = P .. 'webhooks:due', P .. 'webhooks:epoch', P .. 'webhooks:dead:owners'
local READER = P .. 'webhooks:reader'
local KEPT_ATTEMPTS, KEPT_DEAD = 20, 10000
-- Ends that the log may not have yet, each as 'job id:attempts', by when they were written down or last seen to.
local UNMARKED = P .. 'webhooks:unmarked'
-- How far the log has been taken, as 'offset time': every record before it that was written until then.
local TAKEN = P .. 'webhooks:taken'
-- Pending deliveries that have failed: how many of each owner; and an owner's own, by when they first failed.
-- To that of one that has failed once only FRESH is added: it never makes room for another.
local FAILING, FRESH = P .. 'webhooks:failing', 1e15

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function text(number)
  return string.format('%.0f', number)
end

local function hash_of(job_id) return P .. 'webhook:' .. job_id end
local function dead_of(owner) return P .. 'owner:' .. owner .. ':webhooks:dead' end

local function failing_of(owner) return P .. 'owner:' .. owner .. ':webhooks:failing' end

local function count_failing(owner, ttl)
  local count = redis.call('ZCARD', failing_of(owner))
  if count == 0 then return redis.call('ZREM', FAILING, owner) end
  redis.call('ZADD', FAILING, count, owner)
  redis.call('PEXPIRE', FAILING, ttl)
end

local function fails(job_id, owner, ttl)
  local since = redis.call('HGET', hash_of(job_id), 'failing')
  if not since then redis.call('HSET', hash_of(job_id), 'failing', text(now())) end
  redis.call('ZADD', failing_of(owner), since or text(FRESH + now()), job_id)
  redis.call('PEXPIRE', failing_of(owner), ttl)
  count_failing(owner, ttl)
end

local function fails_no_more(job_id, owner, ttl)
  if redis.call('ZREM', failing_of(owner), job_id) == 1 then count_failing(owner, ttl) end
end

local function begin(job_id, owner, url, offset, bytes, state, ttl)
  redis.call('HSET', hash_of(job_id), 'v', 1, 'owner', owner, 'url', url, 'offset', offset,
    'bytes', bytes, 'state', state, 'attempts', 0, 'step', 0, 'token', 1)
  redis.call('PEXPIRE', hash_of(job_id), ttl)
end

-- The log has taken this record, if only it were written when that was noted: a log that is made anew, or was cut,
-- uses its offsets again. A record without a delivery was then over long ago, and not forgotten.
local function taken_before(offset, written)
  local before, at = string.match(redis.call('GET', TAKEN) or '', '^(%d+) (%d+)$')
  return before and tonumber(offset) < tonumber(before) and tonumber(written) <= tonumber(at)
end

local function note_taken(before, at)
  local known = string.match(redis.call('GET', TAKEN) or '', '^%d+')
  if not known or tonumber(before) >= tonumber(known) then redis.call('SET', TAKEN, before .. ' ' .. at) end
end

-- Whoever writes an end down owes it to the log: what the log does not say would be sent again after Redis was emptied.
local function owe_mark(job_id, attempts, ttl)
  redis.call('ZADD', UNMARKED, text(now()), job_id .. ':' .. attempts)
  redis.call('PEXPIRE', UNMARKED, ttl)
end

local function arrive(job_id, owner, ttl)
  redis.call('ZREM', DUE, job_id)
  redis.call('ZREM', dead_of(owner), job_id)
  fails_no_more(job_id, owner, ttl)
end

local function bury(job_id, owner, ttl)
  local key = dead_of(owner)
  redis.call('ZREM', DUE, job_id)
  fails_no_more(job_id, owner, ttl)
  redis.call('ZADD', key, text(now()), job_id)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', text(now() - ttl))
  redis.call('ZREMRANGEBYRANK', key, 0, -KEPT_DEAD - 1)
  redis.call('PEXPIRE', key, ttl)
  redis.call('SADD', DEAD_OWNERS, owner)
  redis.call('PEXPIRE', DEAD_OWNERS, ttl)
end

local function count_dead()
  local dead = 0
  for _, owner in ipairs(redis.call('SMEMBERS', DEAD_OWNERS)) do
    local count = redis.call('ZCARD', dead_of(owner))
    if count == 0 then redis.call('SREM', DEAD_OWNERS, owner) end
    dead = dead + count
  end
  return dead
end

-- Gives up the longest failing deliveries of whichever owner has most, until no more than so many
-- are left of all. Answers a claim's seven values of each, the number of its attempts and the last of them.
local function make_room(most, ttl)
  local total, given_up = 0, {}
  local counts = redis.call('ZRANGE', FAILING, 0, -1, 'WITHSCORES')
  for i = 2, #counts, 2 do total = total + tonumber(counts[i]) end
  while total > most do
    local owner = redis.call('ZREVRANGE', FAILING, 0, 0)[1]
    local longest = redis.call('ZRANGE', failing_of(owner), 0, 0, 'WITHSCORES')
    if longest[2] and tonumber(longest[2]) >= FRESH then break end
    local job_id = longest[1] or ''
    local fields = redis.call('HMGET', hash_of(job_id), 'token', 'owner', 'url', 'offset', 'bytes', 'step', 'attempts')
    if fields[1] then
      redis.call('HSET', hash_of(job_id), 'state', 'dead')
      redis.call('HDEL', hash_of(job_id), 'flight')
      bury(job_id, owner, ttl)
      owe_mark(job_id, fields[7], ttl)
      given_up[#given_up + 1] = job_id
      for _, value in ipairs(fields) do given_up[#given_up + 1] = value end
      given_up[#given_up + 1] = redis.call('HGET', hash_of(job_id), 'a:' .. fields[7]) or ''
    else
      -- It, or all that this owner had, was forgotten by its age.
      redis.call('ZREM', failing_of(owner), job_id)
      count_failing(owner, ttl)
      if not longest[1] then break end
    end
    total = total - 1
  end
  return given_up
end
